import { expect, test } from 'vitest'
import type { Report } from '../api/types'
import { merge } from './latest'

const report = (id: string, minute: number, version = 1) =>
  ({ id, at: '', received: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(), version }) as Report
const ids = (l: Report[]) => l.map((r) => r.id).join('')

test('newest first, no more than asked for', () => {
  let latest: Report[] = []
  for (const r of [report('b', 2), report('d', 4), report('c', 3), report('a', 1)]) latest = merge(latest, r, 3).latest
  expect(ids(latest)).toBe('dcb')
})

test('only what is new and not older than all the rest is fresh', () => {
  const latest = [report('c', 3), report('b', 2)]
  expect(merge(latest, report('d', 4), 9).fresh).toBe(true)
  expect(merge(latest, report('a', 1), 9).fresh).toBe(false)
  expect(merge(latest, report('c', 3), 9).fresh).toBe(false)
})

test('a later version takes the place, an earlier one does not', () => {
  const latest = [report('c', 3, 2), report('b', 2)]
  expect(merge(latest, report('b', 2, 5), 9).latest.map((r) => r.version)).toEqual([2, 5])
  expect(merge(latest, report('c', 3, 1), 9).latest).toBe(latest)
})
