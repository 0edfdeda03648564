import type { ExpressionSpecification } from 'maplibre-gl'
import { type Level, levels } from '../api/types'

export type Scheme = 'dark' | 'light'

/** One class of the legend: counts from `from` to `to`, both inclusive; no `to` means and more. */
export interface Class {
  from: number
  to?: number
  colour: string
}

/** Everything the map draws that is not a class, by scheme. */
export interface Theme {
  /** no report at all */
  none: string
  ground: string
  graticule: string
  /** between areas of the level shown */
  border: string
  /** around counties and towns */
  frame: string
  label: string
  halo: string
  selected: string
  live: string
}

export const themes: Record<Scheme, Theme> = {
  dark: {
    none: '#152231',
    ground: '#0c141d',
    graticule: '#16222f',
    border: '#0c141d',
    frame: '#9fb6c9',
    label: '#eaf1f6',
    halo: '#0c141d',
    selected: '#ffffff',
    live: '#ff7a59',
  },
  light: {
    none: '#f6f8f7',
    ground: '#e3e9ee',
    graticule: '#d5dde4',
    border: '#ffffff',
    frame: '#33506a',
    label: '#14283a',
    halo: '#ffffff',
    selected: '#0b1c2b',
    live: '#d4380d',
  },
}

/** The ramps from few to many; perceived lightness changes one way along each. */
const ramps: Record<Scheme, string[]> = {
  dark: ['#1b3a52', '#1d5568', '#25727a', '#3f9085', '#74ab85', '#b3c586', '#f3e19b'],
  light: ['#dcefe6', '#b5ddd3', '#84c5c3', '#54a6b2', '#35839d', '#245f83', '#163c62'],
}

/**
 * The classes that ascending lower bounds cut the positive counts into: below the
 * first, from each to the next, and above the last. No reports is no class; a
 * bound of 1 or less, or one given twice, cuts nothing.
 */
export function classes(breaks: number[], scheme: Scheme): Class[] {
  const starts = [...new Set([1, ...breaks.map(Math.ceil).filter((b) => b > 1)])].sort((a, b) => a - b)
  return starts.map((from, i) => {
    const next = starts[i + 1]
    return { from, to: next === undefined ? undefined : next - 1, colour: along(ramps[scheme], i, starts.length) }
  })
}

/** The fill colour by a feature's level and count; levels whose breaks are not known yet are drawn like none. */
export function fillColour(breaks: Partial<Record<Level, number[]>>, scheme: Scheme): ExpressionSpecification | string {
  const { none } = themes[scheme]
  const known = levels.filter((l) => breaks[l] !== undefined)
  if (known.length === 0) return none
  const branches = known.flatMap((l) => [l, steps(classes(breaks[l] ?? [], scheme), none)])
  return ['match', ['get', 'level'], ...branches, none] as unknown as ExpressionSpecification
}

function steps(cs: Class[], none: string): unknown[] {
  return ['step', ['get', 'count'], none, ...cs.flatMap((c) => [c.from, c.colour])]
}

/** Colour i of n along a ramp; a single colour is taken from the middle. */
function along(ramp: string[], i: number, n: number): string {
  const at = n === 1 ? (ramp.length - 1) / 2 : (i / (n - 1)) * (ramp.length - 1)
  const low = Math.floor(at)
  return mix(ramp[low] ?? '#000000', ramp[Math.ceil(at)] ?? '#000000', at - low)
}

/** The colour the share t of the way from a to b, both #rrggbb. */
function mix(a: string, b: string, t: number): string {
  const channel = (i: number) => {
    const [x, y] = [parseInt(a.slice(i, i + 2), 16), parseInt(b.slice(i, i + 2), 16)]
    return Math.round(x + (y - x) * t).toString(16).padStart(2, '0')
  }
  return `#${channel(1)}${channel(3)}${channel(5)}`
}
