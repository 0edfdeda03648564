import type { Matter } from '../api/types'

/** An entry to choose: the prefix of codes it stands for, and its name. */
export interface Entry {
  prefix: string
  name: string
}

/** The categories of the catalogue, by code. */
export function categories(matters: Matter[]): Entry[] {
  return distinct(matters, 2, (m) => m.category)
}

/** The items of a category (two digits), by code. */
export function items(matters: Matter[], category: string): Entry[] {
  return distinct(below(matters, category), 4, (m) => m.item)
}

/** The matters of an item (four digits), by code. */
export function mattersOf(matters: Matter[], item: string): Entry[] {
  return distinct(below(matters, item), 6, (m) => m.name)
}

/** Whether a matter's code is that of the prefix or below it; the empty prefix has all below it, also reports without a matter. */
export function within(prefix: string, code: string | undefined): boolean {
  return prefix === '' || (code ?? '').startsWith(prefix)
}

function below(matters: Matter[], prefix: string): Matter[] {
  return matters.filter((m) => m.code.startsWith(prefix))
}

function distinct(matters: Matter[], digits: number, name: (m: Matter) => string): Entry[] {
  const names = new Map<string, string>()
  for (const m of matters) {
    const prefix = m.code.slice(0, digits)
    if (!names.has(prefix)) names.set(prefix, name(m))
  }
  return [...names].map(([prefix, n]) => ({ prefix, name: n })).sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
}
