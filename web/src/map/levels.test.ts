import { expect, test } from 'vitest'
import { levelAt, levelsByZoom } from './levels'

const prefecture: [number, number, number, number] = [120.2, 31.6, 121.95, 32.7]
const counts = [
  { level: 'city', areas: 1 }, { level: 'county', areas: 7 }, { level: 'town', areas: 100 },
  { level: 'village', areas: 1960 }, { level: 'grid', areas: 9331 }, { level: 'microgrid', areas: 61993 },
] as const

test('a prefecture opens on its towns and ends at its micro-grids', () => {
  const shown = levelsByZoom([...counts], prefecture, 14)
  expect(shown.map((s) => [s.level, s.from, s.to])).toEqual([
    ['city', 0, 5], ['county', 6, 7], ['town', 8, 9], ['village', 10, 11], ['grid', 12, 12], ['microgrid', 13, 14],
  ])
})

test('every zoom has one level, and it never rises', () => {
  for (let n = 0; n < 2 ** counts.length; n++) {
    const some = counts.filter((_, i) => n & (1 << i))
    const shown = levelsByZoom([...some], prefecture, 14)
    expect(shown.length > 0).toBe(some.length > 0)
    shown.forEach((s, i) => {
      expect(s.from).toBe(i === 0 ? 0 : (shown[i - 1]?.to ?? NaN) + 1)
      for (const z of [s.from, s.to + 0.99]) expect(levelAt(shown, z)).toBe(s.level)
    })
    if (shown.length > 0) expect(shown.at(-1)?.to).toBe(14)
  }
})

test('levels without areas are passed over', () => {
  expect(levelsByZoom([{ level: 'county', areas: 0 }, { level: 'microgrid', areas: 9 }], prefecture, 14)).toEqual([{ level: 'microgrid', from: 0, to: 14 }])
})
