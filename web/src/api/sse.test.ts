import { expect, test } from 'vitest'
import { SseParser } from './sse'

const text = ': heartbeat\n\nevent: report\nid: 7-1\ndata: {"a":1}\n\nid: 7-2\r\ndata: one\r\ndata:two\r\n\r\nretry: 2000\rid: 7-3\rdata\r\rdata: after\n\n'
const messages = [
  { event: 'report', id: '7-1', data: '{"a":1}' },
  { event: 'message', id: '7-2', data: 'one\ntwo' },
  { event: 'message', id: '7-3', data: '' },
  { event: 'message', id: '7-3', data: 'after' },
]

test('messages, comments and all three line ends', () => {
  expect(new SseParser().push(text)).toEqual(messages)
})

test('where the text is cut makes no difference', () => {
  for (let a = 0; a <= text.length; a++) {
    for (let b = a; b <= text.length; b += 3) {
      const p = new SseParser()
      const got = [text.slice(0, a), text.slice(a, b), text.slice(b)].flatMap((t) => p.push(t))
      expect(got).toEqual(messages)
    }
  }
})

test('a message cut off is asked for again', () => {
  const p = new SseParser()
  p.push('id: 1\ndata: whole\n\nid: 2\ndata: ha')
  p.reset()
  expect(p.lastId).toBe('1')
  expect(p.push('data: next\n\n')).toEqual([{ event: 'message', id: '1', data: 'next' }])
})
