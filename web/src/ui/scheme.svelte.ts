import type { Scheme } from '../map/palette'

/** The colour scheme that the reader's system asks for. */
class SystemScheme {
  private readonly dark = matchMedia('(prefers-color-scheme: dark)')
  current = $state<Scheme>(this.dark.matches ? 'dark' : 'light')

  constructor() {
    this.dark.addEventListener('change', (e) => (this.current = e.matches ? 'dark' : 'light'))
  }
}

export const scheme = new SystemScheme()
