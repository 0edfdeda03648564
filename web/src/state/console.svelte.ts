import { ApiError, Client, type Failure } from '../api/client'
import { forgetToken, keepToken, signInFromAddress } from '../api/token'
import type { Level, Matter, Report, TileJSON } from '../api/types'
import { within } from '../filter/matters'
import { type Choice, windowOf } from '../filter/window'
import { levelsByZoom, type Shown } from '../map/levels'
import { DensityState } from './density.svelte'
import { Live } from './live.svelte'
import { type Move, Selection } from './selection.svelte'

export interface Problem {
  failure: Failure
  detail: string
  again?: () => void
}

/** What the map is made of. */
export interface Ground {
  info: TileJSON
  shown: Shown[]
}

const world: [number, number, number, number] = [-180, -85, 180, 85]

/** Milliseconds between two looks at the counts on the map. */
const refresh = 60_000

/** A signed-in console: what is asked for, what is shown. */
export class Desk {
  choice = $state.raw<Choice>({ preset: '30d' })
  matter = $state('')
  matters = $state.raw<Matter[]>([])
  level = $state<Level | null>(null)
  ground = $state.raw<Ground | null>(null)
  problem = $state.raw<Problem | null>(null)
  /** goes up with every look at the counts */
  beat = $state(0)

  readonly client: Client
  readonly selection: Selection
  readonly density: DensityState
  readonly live: Live
  /** set by the map */
  onMove: (m: Move) => void = () => {}
  onFresh: (r: Report) => void = () => {}
  private readonly timer: ReturnType<typeof setInterval>

  constructor(
    token: string,
    private readonly refused: () => void,
  ) {
    this.client = new Client(token)
    this.selection = new Selection(this.client, () => this.query, { move: (m) => this.onMove(m), failed: this.failed })
    this.density = new DensityState(this.client, this.failed)
    this.live = new Live(this.client, {
      fresh: (r) => within(this.matter, r.matter?.code) && this.onFresh(r),
      refused,
    })
    this.timer = setInterval(() => this.beat++, refresh)
    void this.load()
  }

  /** What the tiles and the figures are asked for. */
  query = $derived.by(() => {
    void this.beat // a preset's window moves on with the time
    return { ...windowOf(this.choice, Date.now()), matter: this.matter || undefined }
  })
  /** the filter without the moving clock: breaks stay while only time goes by */
  filter = $derived(JSON.stringify([this.choice, this.matter]))
  latest = $derived.by(() => this.live.reports.filter((r) => within(this.matter, r.matter?.code)))

  close(): void {
    clearInterval(this.timer)
    this.live.close()
    this.selection.clear()
  }

  load = async (): Promise<void> => {
    try {
      this.problem = null
      this.ground = await this.survey()
      this.matters = await this.client.matters()
      await this.live.load()
    } catch (e) {
      this.failed(e, this.load)
    }
  }

  private async survey(): Promise<Ground> {
    const [info, counts] = await Promise.all([this.client.tiles(), this.client.levels()])
    return { info, shown: levelsByZoom(counts, info.bounds ?? world, info.maxzoom ?? 14) }
  }

  failed = (e: unknown, again?: () => void): void => {
    if (!(e instanceof ApiError)) throw e
    if (e.failure === 'signin') return this.refused()
    this.problem = { failure: e.failure, detail: e.detail, again }
  }

  dismiss = (): void => {
    this.problem = null
  }
}

/** Who is signed in. */
export class Session {
  desk = $state.raw<Desk | null>(null)
  expired = $state(false)

  constructor() {
    const token = signInFromAddress()
    if (token) this.open(token)
  }

  signIn = (token: string): void => {
    keepToken(token)
    this.expired = false
    this.open(token)
  }

  signOut = (): void => {
    forgetToken()
    this.desk?.close()
    this.desk = null
  }

  private open(token: string): void {
    this.desk?.close()
    this.desk = new Desk(token, () => {
      this.signOut()
      this.expired = true
    })
  }
}
