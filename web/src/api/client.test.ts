import { afterEach, expect, test, vi } from 'vitest'
import { address, ApiError, Client, failureOf } from './client'

afterEach(() => vi.unstubAllGlobals())

test('an address leaves out what is not asked for', () => {
  expect(address('/v1/density', { from: '2026-01-01T00:00:00Z', to: undefined, matter: '' })).toBe('/v1/density?from=2026-01-01T00%3A00%3A00Z')
  expect(address('', {})).toBe('')
})

test('a status is told in terms of what to do about it', () => {
  expect([401, 403, 404, 410, 400, 409, 500, 503].map(failureOf)).toEqual(['signin', 'forbidden', 'missing', 'gone', 'refused', 'refused', 'server', 'server'])
})

test('requests carry the token; a problem keeps its detail', async () => {
  const asked = vi.fn(async (_url: string, _init: RequestInit) => new Response(JSON.stringify({ detail: 'lon: 200 is out of range' }), { status: 400 }))
  vi.stubGlobal('fetch', asked)
  await expect(new Client('secret').locate(200, 0)).rejects.toEqual(new ApiError('refused', 'lon: 200 is out of range'))
  expect(asked.mock.calls[0]?.[1].headers).toEqual({ Authorization: 'Bearer secret' })
})

test('no answer is the network', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  await expect(new Client('secret').matters()).rejects.toEqual(new ApiError('network'))
})

test('an abort stays an abort', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('', 'AbortError')))
  await expect(new Client('secret').matters()).rejects.toBeInstanceOf(DOMException)
})
