import { expect, test } from 'vitest'
import { categories, items, mattersOf, within } from './matters'

const matter = (code: string, category: string, item: string, name: string) => ({ code, category, item, name })
const catalogue = [
  matter('020101', '平安建设', '矛盾纠纷', '邻里纠纷'),
  matter('010102', '城市管理', '市容环境', '占道经营'),
  matter('010101', '城市管理', '市容环境', '乱堆物料'),
  matter('010201', '城市管理', '公用设施', '路灯损坏'),
]

test('the catalogue unfolds by code', () => {
  expect(categories(catalogue)).toEqual([{ prefix: '01', name: '城市管理' }, { prefix: '02', name: '平安建设' }])
  expect(items(catalogue, '01')).toEqual([{ prefix: '0101', name: '市容环境' }, { prefix: '0102', name: '公用设施' }])
  expect(mattersOf(catalogue, '0101').map((m) => m.prefix)).toEqual(['010101', '010102'])
})

test('every matter is below its item, its category and nothing', () => {
  for (const { code } of catalogue) {
    for (const digits of [0, 2, 4, 6]) expect(within(code.slice(0, digits), code)).toBe(true)
  }
  expect(within('02', '010101')).toBe(false)
})

test('a report without a matter is only in all', () => {
  expect([within('', undefined), within('01', undefined)]).toEqual([true, false])
})
