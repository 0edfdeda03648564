/** One server-sent event. */
export interface Message {
  event: string
  id: string
  data: string
}

/**
 * Reads the text/event-stream format from pieces of text cut anywhere, also
 * inside a line end. `lastId` is the id to resume after; it outlives the stream.
 */
export class SseParser {
  lastId = ''
  private rest = ''
  private id = ''
  private event = ''
  private data: string[] = []

  /** Takes the next piece; returns the messages it completes. */
  push(text: string): Message[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/)
    this.rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.line(line) ?? [])
  }

  /** Forgets a message cut off in the middle, as when the connection is lost. */
  reset(): void {
    this.rest = ''
    this.id = this.lastId
    this.event = ''
    this.data = []
  }

  private line(line: string): Message | undefined {
    if (line === '') return this.dispatch()
    const colon = line.indexOf(':')
    if (colon === 0) return undefined // a comment: the heartbeat
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') this.data.push(value)
    else if (field === 'event') this.event = value
    else if (field === 'id' && !value.includes('\0')) this.id = value
    return undefined
  }

  private dispatch(): Message | undefined {
    const { event, data } = this
    this.lastId = this.id
    this.event = ''
    this.data = []
    if (data.length === 0) return undefined
    return { event: event || 'message', id: this.lastId, data: data.join('\n') }
  }
}
