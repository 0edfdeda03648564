import type { Report } from '../api/types'

/**
 * Puts a report into the latest ones, newest first by the time received, at most
 * `most` of them. A report already there is replaced by a later version of it.
 * `fresh` tells that it is new here and not older than all the others.
 */
export function merge(latest: Report[], r: Report, most: number): { latest: Report[]; fresh: boolean } {
  const known = latest.findIndex((l) => l.id === r.id)
  const old = latest[known]
  if (old) return { latest: r.version > old.version ? latest.with(known, r) : latest, fresh: false }
  const at = latest.findIndex((l) => when(l) <= when(r))
  const place = at < 0 ? latest.length : at
  const fresh = latest.length === 0 || at >= 0
  return { latest: latest.toSpliced(place, 0, r).slice(0, most), fresh }
}

function when(r: Report): number {
  return Date.parse(r.received ?? r.at)
}
