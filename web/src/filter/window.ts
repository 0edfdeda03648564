/** A window of time, half-open [from, to): RFC 3339 instants; an absent end is open. */
export interface Window {
  from?: string
  to?: string
}

export const presets = ['24h', '7d', '30d', '1y', 'all'] as const
export type Preset = (typeof presets)[number]

/** A choice of window: a preset that ends now, or days of the city's calendar, both inclusive. */
export type Choice = { preset: Preset } | { first: string; last: string }

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How far the clock of Beijing is ahead of UTC: by it the city counts its days, wherever it is looked at. */
const ahead = 8 * hour

const lengths: Record<Exclude<Preset, 'all'>, number> = {
  '24h': day,
  '7d': 7 * day,
  '30d': 30 * day,
  '1y': 365 * day,
}

/**
 * The window a choice means at the time `now` (milliseconds). A preset has no
 * end, so that what comes in later belongs to it, and starts on a full five
 * minutes, so that tiles asked for a moment apart have the same address.
 */
export function windowOf(choice: Choice, now: number): Window {
  if ('first' in choice) return daysWindow(choice.first, choice.last)
  if (choice.preset === 'all') return {}
  const from = now - lengths[choice.preset]
  return { from: instant(from - (from % (5 * minute))) }
}

/** Whole days YYYY-MM-DD; either may be empty; given the wrong way round they are swapped. */
function daysWindow(first: string, last: string): Window {
  if (first && last && first > last) return daysWindow(last, first)
  return {
    from: first ? instant(midnight(first, 0)) : undefined,
    to: last ? instant(midnight(last, 1)) : undefined,
  }
}

/** The start of a calendar day of Beijing, so many days later. */
function midnight(date: string, later: number): number {
  const [y = 1970, m = 1, d = 1] = date.split('-').map(Number)
  return Date.UTC(y, m - 1, d + later) - ahead
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** The calendar day of a time (milliseconds) in Beijing, YYYY-MM-DD. */
export function dayOf(ms: number): string {
  return new Date(ms + ahead).toISOString().slice(0, 'YYYY-MM-DD'.length)
}
