const key = 'jingwei.token'

/**
 * Takes the token out of an address's fragment: `#token=SECRET`, possibly among
 * other parts (`#map=9/32/121&token=SECRET`). The rest is what should stay.
 */
export function takeToken(fragment: string): { token: string | null; rest: string } {
  const parts = fragment.replace(/^#/, '').split('&').filter(Boolean)
  const given = parts.find((p) => p.startsWith('token='))
  const rest = parts.filter((p) => !p.startsWith('token=')).join('&')
  return {
    token: given ? decodeURIComponent(given.slice('token='.length)).trim() || null : null,
    rest: rest ? `#${rest}` : '',
  }
}

/** Moves a token from the address bar into this tab's storage; returns the one to use. */
export function signInFromAddress(): string | null {
  const { token, rest } = takeToken(location.hash)
  if (location.hash.includes('token=')) {
    history.replaceState(null, '', location.pathname + location.search + rest)
  }
  if (token) keepToken(token)
  return token ?? sessionStorage.getItem(key)
}

export function keepToken(token: string): void {
  sessionStorage.setItem(key, token)
}

export function forgetToken(): void {
  sessionStorage.removeItem(key)
}
