import { createExpression, type StylePropertySpecification } from '@maplibre/maplibre-gl-style-spec'
import { expect, test } from 'vitest'
import { classes, fillColour, ink, labelColour, themes } from './palette'

const colour = { type: 'color', 'property-type': 'data-driven', expression: { interpolated: true, parameters: ['zoom', 'feature'] } } as StylePropertySpecification

/** The colour that MapLibre itself would paint. */
function paint(expression: unknown, properties: Record<string, unknown>): string {
  if (typeof expression === 'string') return expression
  const made = createExpression(expression, 'fill-color', colour)
  if (made.result === 'error') throw new Error(made.value.map((e) => e.message).join('; '))
  const { r, g, b } = made.value.evaluate({ zoom: 10 }, { type: 3, properties })
  return `#${[r, g, b].map((c: number) => Math.round(c * 255).toString(16).padStart(2, '0')).join('')}`
}

test('classes have no gap, no overlap and no end', () => {
  for (const breaks of [[], [2], [1, 5, 5, 9], [0, 3, 40, 41], [3, 7, 20, 55, 148, 400, 999]]) {
    const cs = classes(breaks, 'dark')
    expect(cs[0]?.from).toBe(1)
    cs.slice(1).forEach((c, i) => expect(c.from).toBe((cs[i]?.to ?? NaN) + 1))
    expect(cs.at(-1)?.to).toBeUndefined()
    expect(new Set(cs.map((c) => c.colour)).size).toBe(cs.length)
  }
})

test.each(['dark', 'light'] as const)('the map paints what the legend says (%s)', (scheme) => {
  for (const breaks of [[], [2], [10, 100], [3, 7, 20, 55, 148, 400]]) {
    const [fill, label] = [fillColour(breaks, scheme), labelColour(breaks, scheme)]
    expect(paint(fill, { count: 0 })).toBe(themes[scheme].none)
    for (const c of classes(breaks, scheme)) {
      for (const count of [c.from, c.to ?? 1e9]) expect(paint(fill, { count })).toBe(c.colour)
      expect(paint(label, { count: c.from })).toBe(ink(c.colour))
    }
  }
})

test('without breaks nothing is coloured', () => {
  expect(fillColour(undefined, 'dark')).toBe(themes.dark.none)
})

test('ink stands out', () => {
  expect([ink('#000000'), ink('#ffffff')]).toEqual(['#f4f8fb', '#0b1620'])
})
