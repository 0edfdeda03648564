import { expect, test } from 'vitest'
import { dayOf, presets, windowOf } from './window'

const now = Date.UTC(2026, 2, 31, 8, 3, 20)

test('presets end open and begin on a full five minutes', () => {
  expect(windowOf({ preset: '24h' }, now)).toEqual({ from: '2026-03-30T08:00:00Z' })
  expect(windowOf({ preset: '1y' }, now)).toEqual({ from: '2025-03-31T08:00:00Z' })
  expect(windowOf({ preset: 'all' }, now)).toEqual({})
})

test('a preset means the same window for five minutes', () => {
  const begin = Date.UTC(2026, 2, 31, 8, 0, 0)
  for (const preset of presets) {
    expect(windowOf({ preset }, begin + 299_999)).toEqual(windowOf({ preset }, begin))
  }
})

test('days are whole, by the clock of Beijing, the last one included', () => {
  const w = windowOf({ first: '2026-03-01', last: '2026-03-31' }, now)
  expect(w).toEqual({ from: '2026-02-28T16:00:00Z', to: '2026-03-31T16:00:00Z' })
})

test('one day, an open end, and the wrong way round', () => {
  const day = windowOf({ first: '2026-03-01', last: '2026-03-01' }, now)
  expect(Date.parse(day.to ?? '') - Date.parse(day.from ?? '')).toBe(86_400_000)
  expect(windowOf({ first: '', last: '2026-03-01' }, now)).toEqual({ from: undefined, to: day.to })
  expect(windowOf({ first: '2026-03-02', last: '2026-03-01' }, now)).toEqual(windowOf({ first: '2026-03-01', last: '2026-03-02' }, now))
})

test('the calendar day of a time', () => {
  expect(dayOf(Date.UTC(2026, 0, 5, 15, 59))).toBe('2026-01-05')
  expect(dayOf(Date.UTC(2026, 0, 5, 16))).toBe('2026-01-06')
})
