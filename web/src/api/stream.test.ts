import { expect, test } from 'vitest'
import { backoff } from './stream'

test('waits double from one second to half a minute', () => {
  const half = () => 0.5
  expect([0, 1, 2, 3, 4, 5, 60].map((n) => backoff(n, half))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
})

test('waits are spread by a quarter either way', () => {
  expect([backoff(0, () => 0), backoff(0, () => 0.999)]).toEqual([750, expect.closeTo(1250, -1)])
})
