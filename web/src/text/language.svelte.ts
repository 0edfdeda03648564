import { dayOf } from '../filter/window'
import { dictionary, type Lang, languages, type Words } from './dictionary'

const key = 'jingwei.language'

/** Times are shown by the clock of the city, wherever it is looked at. */
const timeZone = 'Asia/Shanghai'

/** The language to begin with: the one kept, else the first of the browser's that there is, else Chinese. */
export function firstLanguage(kept: string | null, preferred: readonly string[]): Lang {
  const wanted = [kept ?? '', ...preferred].map((l) => l.slice(0, 2).toLowerCase())
  return languages.find((l) => l === wanted.find((w) => languages.some((known) => known === w))) ?? 'zh'
}

class Language {
  current = $state<Lang>(firstLanguage(localStorage.getItem(key), navigator.languages))
  readonly words: Words = $derived(dictionary[this.current])
  readonly locale = $derived(this.current === 'zh' ? 'zh-CN' : 'en-GB')

  private readonly whole = $derived(new Intl.NumberFormat(this.locale, { maximumFractionDigits: 0 }))
  private readonly short = $derived(new Intl.NumberFormat(this.locale, { maximumSignificantDigits: 3 }))
  private readonly clock = $derived(new Intl.DateTimeFormat(this.locale, { timeStyle: 'medium', hourCycle: 'h23', timeZone }))
  private readonly full = $derived(
    new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23', timeZone }),
  )

  switch(): void {
    this.current = this.current === 'zh' ? 'en' : 'zh'
    localStorage.setItem(key, this.current)
  }

  /** A whole number. */
  count = (n: number): string => this.whole.format(n)

  /** A measure to three digits. */
  measure = (n: number): string => (n >= 1000 ? this.whole.format(n) : this.short.format(n))

  /** An RFC 3339 time as the time of day when it is today's, with its date otherwise. */
  time = (at: string): string => {
    const t = new Date(at)
    return dayOf(t.getTime()) === dayOf(Date.now()) ? this.clock.format(t) : this.full.format(t)
  }

  dateTime = (at: string): string => this.full.format(new Date(at))
}

export const language = new Language()
