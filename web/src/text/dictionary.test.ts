import { expect, test } from 'vitest'
import { levels, states } from '../api/types'
import { dictionary } from './dictionary'

/** All strings below a value, by path; functions are called with sample words. */
function strings(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'function') return [[path, String((value as (...a: string[]) => string)('2', '3'))]]
  if (typeof value === 'string') return [[path, value]]
  return Object.entries(value as object).flatMap(([k, v]) => strings(v, `${path}.${k}`))
}

test('both languages say the same things', () => {
  expect(strings(dictionary.en).map(([p]) => p)).toEqual(strings(dictionary.zh).map(([p]) => p))
})

test('nothing is left empty or untranslated', () => {
  for (const [path, text] of strings(dictionary.zh)) expect(text, path).not.toBe('')
  for (const [path, text] of strings(dictionary.en)) {
    if (path !== '.otherLanguage') expect(text, path).not.toMatch(/[\u4e00-\u9fff]/)
  }
})

test('every level and state has a name', () => {
  for (const { levels: l, states: s } of Object.values(dictionary)) {
    expect(levels.every((x) => l[x])).toBe(true)
    expect(states.every((x) => s[x])).toBe(true)
  }
})

test('one is not many', () => {
  expect([dictionary.en.tip.reports('1'), dictionary.en.tip.reports('2')]).toEqual(['1 report', '2 reports'])
})
