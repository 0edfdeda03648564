import type { Client } from '../api/client'
import type { Area, Link, Located, Report } from '../api/types'

/** What is looked at: a place, a report or an area, always with its chain. */
export interface Subject {
  /** degrees: lon, lat */
  position?: [number, number]
  located?: Located
  report?: Report
  chain: Link[]
}

/** Figures of the area in the time window. */
export interface Figures {
  count: number
  open: number
}

/** Where the map should go to show what was selected. */
export type Move = { to: [number, number] } | { box: [number, number, number, number] }

/** What the user has selected, loaded step by step; a later choice cancels an earlier one. */
export class Selection {
  subject = $state.raw<Subject | null>(null)
  /** the link of the chain that is looked at */
  area = $state.raw<Area | null>(null)
  figures = $state.raw<Figures | null>(null)
  loading = $state(false)
  private running = new AbortController()

  constructor(
    private readonly client: Client,
    private readonly windowQuery: () => Record<string, string | undefined>,
    private readonly on: { move(m: Move): void; failed(e: unknown, again: () => void): void },
  ) {}

  clear = (): void => {
    this.running.abort()
    this.subject = null
    this.area = null
    this.figures = null
    this.loading = false
  }

  /** Looks at a place and, of its chain, at the area with that code if it is there, else at the cell. */
  place = (lon: number, lat: number, code: string | undefined): Promise<void> =>
    this.run(async (signal) => {
      const located = await this.client.locate(lon, lat, signal)
      this.show({ position: [lon, lat], located, chain: located.chain })
      const shown = located.chain.find((l) => l.code === code) ?? located.chain.at(-1)
      await this.look(shown?.code, signal)
    }, () => this.place(lon, lat, code))

  report = (id: string): Promise<void> =>
    this.run(async (signal) => {
      const report = await this.client.report(id, signal)
      this.show({ position: report.position, report, chain: report.chain ?? [] })
      this.on.move({ to: report.position })
      await this.look(report.cell?.code, signal)
    }, () => this.report(id))

  /** Looks at an area found by its code; a link of the chain on show keeps that chain. */
  code = (code: string): Promise<void> =>
    this.run(async (signal) => {
      const area = await this.client.area(code, signal)
      if (!this.subject?.chain.some((l) => l.code === code)) this.show({ chain: area.chain ?? [area] })
      await this.look(code, signal, area)
      if (area.bbox) this.on.move({ box: area.bbox })
    }, () => this.code(code))

  private show(s: Subject): void {
    this.subject = s
    this.area = null
    this.figures = null
  }

  private async look(code: string | undefined, signal: AbortSignal, known?: Area): Promise<void> {
    if (!code) return
    this.area = known ?? (await this.client.area(code, signal))
    this.figures = null
    const query = { ...this.windowQuery(), level: this.area.level, area: code }
    const { areas } = await this.client.density(query, signal)
    this.figures = areas.find((a) => a.code === code) ?? null
  }

  private async run(work: (signal: AbortSignal) => Promise<void>, again: () => void): Promise<void> {
    this.running.abort()
    const mine = (this.running = new AbortController())
    this.loading = true
    try {
      await work(mine.signal)
    } catch (e) {
      if (!mine.signal.aborted) this.on.failed(e, again)
    } finally {
      if (this.running === mine) this.loading = false
    }
  }
}
