import { ApiError, reach } from './client'
import { type Message, SseParser } from './sse'

/** Milliseconds without a byte after which the connection is taken for dead; the heartbeat comes every 15 s. */
const silence = 40_000

/** Milliseconds to wait before attempt n (0, 1, …): doubling from 1 s to 30 s, spread by `random` in [0, 1). */
export function backoff(n: number, random: () => number = Math.random): number {
  return Math.min(30_000, 1000 * 2 ** n) * (0.75 + random() / 2)
}

export type Link = { state: 'connecting' } | { state: 'live' } | { state: 'lost'; retryAt: number }

export interface StreamEvents {
  message(m: Message): void
  link(l: Link): void
  /** the token is not accepted: the stream has ended for good */
  refused(): void
}

/**
 * Follows a server-sent event stream over fetch, which unlike EventSource can
 * carry a bearer token, and resumes after the last message when it is lost.
 */
export class Stream {
  private readonly parser = new SseParser()
  private readonly ended = new AbortController()
  private wake: () => void = () => {}

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
    private readonly on: StreamEvents,
  ) {
    addEventListener('online', this.retry, { signal: this.ended.signal })
    void this.follow()
  }

  /** Tries again now instead of waiting. */
  retry = (): void => this.wake()

  close(): void {
    this.ended.abort()
    this.wake()
  }

  private async follow(): Promise<void> {
    for (let n = 0; !this.ended.signal.aborted; n++) {
      this.on.link({ state: 'connecting' })
      try {
        await this.read(() => (n = 0))
      } catch (e) {
        if (e instanceof ApiError && e.failure === 'signin') return this.on.refused()
        // The server does not know the last message, as when its database was replaced.
        if (e instanceof ApiError && e.failure === 'gone') this.parser.lastId = ''
      }
      if (this.ended.signal.aborted) return
      await this.pause(backoff(n))
    }
  }

  /** Reads one connection to its end. */
  private async read(opened: () => void): Promise<void> {
    const one = new AbortController()
    const stop = () => one.abort()
    this.ended.signal.addEventListener('abort', stop)
    let alarm = setTimeout(stop, silence)
    try {
      const answer = await reach(this.url, { headers: this.requestHeaders(), signal: one.signal, cache: 'no-store' })
      if (!answer.body) return
      opened()
      this.on.link({ state: 'live' })
      this.parser.reset()
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        clearTimeout(alarm)
        alarm = setTimeout(stop, silence)
        this.parser.push(piece.value).forEach((m) => this.on.message(m))
      }
    } finally {
      clearTimeout(alarm)
      this.ended.signal.removeEventListener('abort', stop)
    }
  }

  private requestHeaders(): Record<string, string> {
    const resume: Record<string, string> = this.parser.lastId ? { 'Last-Event-ID': this.parser.lastId } : {}
    return { ...this.headers, ...resume, Accept: 'text/event-stream' }
  }

  private async pause(ms: number): Promise<void> {
    this.on.link({ state: 'lost', retryAt: Date.now() + ms })
    await new Promise<void>((done) => {
      const timer = setTimeout(done, ms)
      this.wake = () => {
        clearTimeout(timer)
        done()
      }
    })
    this.wake = () => {}
  }
}
