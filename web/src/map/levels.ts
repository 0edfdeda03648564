import type { Level } from '../api/types'

/** A level and the whole zooms that show it, both inclusive. */
export interface Shown {
  level: Level
  from: number
  to: number
}

/** Pixels that a level's areas are wide, on average over the bounding box, at the first zoom that shows them. */
const width = 48

/** Metres of the equator, and of a degree of latitude. */
const equator = 40_075_017
const degree = equator / 360

/**
 * The level that each zoom from 0 to `last` shows: the lowest one whose areas are
 * wide enough. The page asks for levels by name rather than leave the choice to
 * the server, so that it always knows which class breaks a tile is drawn by.
 */
export function levelsByZoom(
  counts: { level: Level; areas: number }[],
  bounds: [number, number, number, number],
  last: number,
): Shown[] {
  const shown: Shown[] = []
  for (const { level, areas } of counts.filter((c) => c.areas > 0)) {
    const from = shown.length === 0 ? 0 : Math.min(last, Math.max(0, Math.ceil(fits(areas, bounds))))
    while (shown.length > 0 && (shown.at(-1)?.from ?? 0) >= from) shown.pop() // never the best at any zoom
    shown.push({ level, from: shown.length === 0 ? 0 : from, to: last })
  }
  return shown.map((s, i) => ({ ...s, to: (shown[i + 1]?.from ?? last + 1) - 1 }))
}

/** The zoom at which so many areas in a box of degrees have that width, at 512 pixels to the tile. */
function fits(areas: number, [west, south, east, north]: [number, number, number, number]): number {
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const side = Math.sqrt(((east - west) * shrink * (north - south)) / areas) * degree
  return Math.log2((width * equator * shrink) / 512 / side)
}

/** The level shown at any zoom. */
export function levelAt(shown: Shown[], zoom: number): Level | undefined {
  return shown.findLast((s) => s.from <= zoom)?.level
}
