import type { ExpressionSpecification } from 'maplibre-gl'

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

type Colour = ExpressionSpecification | string

/** The fill colour by an area's count; without breaks everything is drawn like none. */
export function fillColour(breaks: number[] | undefined, scheme: Scheme): Colour {
  return byClass(breaks, scheme, (colour) => colour)
}

/** The colour of a text that stands on the fill colour. */
export function labelColour(breaks: number[] | undefined, scheme: Scheme): Colour {
  return byClass(breaks, scheme, ink)
}

function byClass(breaks: number[] | undefined, scheme: Scheme, paint: (colour: string) => string): Colour {
  const none = paint(themes[scheme].none)
  if (!breaks) return none
  const steps = classes(breaks, scheme).flatMap((c) => [c.from, paint(c.colour)])
  return ['step', ['get', 'count'], none, ...steps] as unknown as ExpressionSpecification
}

/** The ink that is read best on a ground, both #rrggbb: dark on light, light on dark. */
export function ink(ground: string): string {
  const [r, g, b] = [1, 3, 5].map((i) => (parseInt(ground.slice(i, i + 2), 16) / 255) ** 2.2) as [number, number, number]
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return luminance > 0.3 ? '#0b1620' : '#f4f8fb'
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
