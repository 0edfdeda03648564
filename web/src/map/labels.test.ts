import { expect, test } from 'vitest'
import { type LabelFeature, labelPoints } from './labels'

const square = (x: number, y: number, w: number, turn = false): number[][] => {
  const ring = [[x, y], [x + w, y], [x + w, y + w], [x, y + w], [x, y]]
  return turn ? ring.reverse() : ring
}
const piece = (code: string, ...rings: number[][][]): LabelFeature => ({
  properties: { code, name: code, level: 'town', count: 3 },
  geometry: { type: 'MultiPolygon', coordinates: rings.map((r) => [r]) },
})
const at = (features: LabelFeature[]) => labelPoints(features).features.map((f) => f.geometry.coordinates)

test('one label for an area cut into pieces, at their common centre', () => {
  expect(at([piece('a', square(121, 32, 1)), piece('a', square(122, 32, 1))])).toEqual([[expect.closeTo(122), expect.closeTo(32.5)]])
})

test('which way a ring turns makes no difference', () => {
  expect(at([piece('a', square(121, 32, 1, true)), piece('a', square(122, 32, 1))])).toEqual([[expect.closeTo(122), expect.closeTo(32.5)]])
})

test('an area with an island is named on its largest piece', () => {
  expect(at([piece('a', square(121, 32, 2), square(130, 32, 1.9))])).toEqual([[expect.closeTo(122), expect.closeTo(33)]])
})

test('areas stay apart, in the order they come', () => {
  const points = labelPoints([piece('b', square(0, 0, 2)), piece('a', square(5, 5, 1))])
  expect(points.features.map((f) => f.properties?.code)).toEqual(['b', 'a'])
  expect(points.features[0]?.properties).toMatchObject({ name: 'b', level: 'town', count: 3, size: 4 })
})

test('nothing to name, no label', () => {
  expect(at([piece('a', [[1, 1], [1, 1], [1, 1], [1, 1]]), { properties: {}, geometry: { type: 'Point', coordinates: [0, 0] } }])).toEqual([])
})
