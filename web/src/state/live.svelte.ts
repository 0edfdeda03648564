import type { Client } from '../api/client'
import { type Link, Stream } from '../api/stream'
import type { Report } from '../api/types'
import { merge } from './latest'

/** Reports kept in the list. */
const most = 100

/** The latest reports, followed as they come in. */
export class Live {
  reports = $state.raw<Report[]>([])
  link = $state.raw<Link>({ state: 'connecting' })
  private readonly stream: Stream

  constructor(
    private readonly client: Client,
    private readonly on: { fresh(r: Report): void; refused(): void },
  ) {
    // The stream first: what comes in while the list loads is then not missed.
    this.stream = new Stream('/v1/stream', client.headers, {
      message: (m) => m.event === 'report' && this.take(JSON.parse(m.data) as Report, true),
      link: (l) => (this.link = l),
      refused: on.refused,
    })
  }

  /** Fills the list with what came in before. */
  async load(): Promise<void> {
    const past = await this.client.reports({ limit: most })
    past.forEach((r) => this.take(r, false))
  }

  retry = (): void => this.stream.retry()

  close(): void {
    this.stream.close()
  }

  private take(r: Report, announce: boolean): void {
    const { latest, fresh } = merge(this.reports, r, most)
    this.reports = latest
    if (fresh && announce) this.on.fresh(r)
  }
}
