import { expect, test } from 'vitest'
import { takeToken } from './token'

test.each([
  ['#token=abc', { token: 'abc', rest: '' }],
  ['#map=9/32/121&token=a%2Bb', { token: 'a+b', rest: '#map=9/32/121' }],
  ['#token=', { token: null, rest: '' }],
  ['#map=9/32/121', { token: null, rest: '#map=9/32/121' }],
  ['', { token: null, rest: '' }],
])('%s', (fragment, want) => {
  expect(takeToken(fragment)).toEqual(want)
})
