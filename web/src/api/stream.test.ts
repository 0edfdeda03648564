import { afterEach, expect, test, vi } from 'vitest'
import { backoff, Stream } from './stream'

afterEach(() => vi.unstubAllGlobals())

test('waits double from one second to half a minute', () => {
  const half = () => 0.5
  expect([0, 1, 2, 3, 4, 5, 60].map((n) => backoff(n, half))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
})

test('waits are spread by a quarter either way', () => {
  expect([backoff(0, () => 0), backoff(0, () => 0.999)]).toEqual([750, expect.closeTo(1250, -1)])
})

test('resumes after the last message, and without it once the server does not know it', async () => {
  const answers = [
    new Response('id: 7-1\ndata: a\n\n'),
    new Response('{}', { status: 503 }),
    new Response('{}', { status: 410 }),
    new Response('id: 2-1\ndata: b\n\n'),
  ]
  const resumed: (string | undefined)[] = []
  vi.stubGlobal('addEventListener', () => {})
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    resumed.push((init.headers as Record<string, string>)['Last-Event-ID'])
    return answers.shift()
  })
  const messages: string[] = []
  await new Promise<void>((done) => {
    const stream = new Stream('/v1/stream', {}, {
      message: (m) => messages.push(m.data),
      link: (l) => {
        if (l.state !== 'lost') return
        if (answers.length > 0) return void setTimeout(stream.retry)
        stream.close()
        done()
      },
      refused: () => {},
    })
  })
  expect(resumed).toEqual([undefined, '7-1', '7-1', undefined])
  expect(messages).toEqual(['a', 'b'])
})
