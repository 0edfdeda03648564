import { expect, test } from 'vitest'
import { graticule, grow } from './graticule'

test('lines stand on whole multiples of the step', () => {
  const { features } = graticule([120.3, 31.6, 121.1, 32.1], 0.25)
  expect(features.map((f) => f.geometry.coordinates[0])).toEqual([
    [120.5, 31.6], [120.75, 31.6], [121, 31.6], [120.3, 31.75], [120.3, 32],
  ])
})

test('a box grows to whole steps', () => {
  expect(grow([120.3, 31.6, 121.1, 32.1], 0.5, 1)).toEqual([119.5, 31, 122, 33])
})
