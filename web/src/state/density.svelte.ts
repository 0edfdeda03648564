import type { Client } from '../api/client'
import type { Level } from '../api/types'

type Query = Record<string, string | undefined>

/** The class breaks of the levels seen so far under the present filter, and the total. */
export class DensityState {
  breaks = $state.raw<Partial<Record<Level, number[]>>>({})
  total = $state<number | null>(null)
  private key = ''
  private running = new AbortController()

  constructor(
    private readonly client: Client,
    private readonly failed: (e: unknown) => void,
  ) {}

  /**
   * Loads the breaks of a level under a filter, which `key` names. Under a new
   * filter the old ones stay until the new are here, so that the map does not
   * blink; the other levels' are dropped.
   */
  async load(level: Level, key: string, query: Query): Promise<void> {
    if (key === this.key && this.breaks[level]) return
    this.running.abort()
    const mine = (this.running = new AbortController())
    try {
      const d = await this.client.density({ ...query, level }, mine.signal)
      this.breaks = key === this.key ? { ...this.breaks, [level]: d.breaks } : { [level]: d.breaks }
      this.key = key
      this.total = d.total
    } catch (e) {
      if (!mine.signal.aborted) this.failed(e)
    }
  }
}
