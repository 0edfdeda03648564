import type { Area, AreaRef, Density, Located, Matter, Report, Stats, TileJSON } from './types'

/** Why a request failed, as far as the user can do something about it. */
export type Failure = 'signin' | 'forbidden' | 'missing' | 'gone' | 'refused' | 'server' | 'network'

export class ApiError extends Error {
  constructor(
    readonly failure: Failure,
    /** the server's own words, in the language it has */
    readonly detail = '',
  ) {
    super(detail || failure)
  }
}

/** The failure that an HTTP status (400 and above) stands for. */
export function failureOf(status: number): Failure {
  if (status === 401) return 'signin'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'missing'
  if (status === 410) return 'gone'
  return status >= 500 ? 'server' : 'refused'
}

type Query = Record<string, string | number | boolean | undefined>

/** A path with its query; parameters that are undefined or empty are left out. */
export function address(path: string, query: Query = {}): string {
  const q = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') q.set(name, String(value))
  }
  const s = q.toString()
  return s ? `${path}?${s}` : path
}

/** The server's JSON answers, asked for with a bearer token. */
export class Client {
  constructor(readonly token: string) {}

  get headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}` }
  }

  locate = (lon: number, lat: number, signal?: AbortSignal) =>
    this.get<Located>('/v1/locate', { lon: lon.toFixed(7), lat: lat.toFixed(7) }, signal)

  area = (code: string, signal?: AbortSignal) =>
    this.get<Area>(`/v1/areas/${encodeURIComponent(code)}`, { geometry: true }, signal)

  areas = (q: string, limit: number, signal?: AbortSignal) =>
    this.get<{ areas: AreaRef[] }>('/v1/areas', { q, limit }, signal).then((a) => a.areas)

  matters = () => this.get<{ matters: Matter[] }>('/v1/matters').then((m) => m.matters)

  density = (query: Query, signal?: AbortSignal) => this.get<Density>('/v1/density', query, signal)

  reports = (query: Query) =>
    this.get<{ reports: Report[] }>('/v1/reports', query).then((r) => r.reports)

  report = (id: string, signal?: AbortSignal) =>
    this.get<Report>(`/v1/reports/${encodeURIComponent(id)}`, {}, signal)

  levels = () => this.get<Stats>('/v1/stats', { by: 'level' }).then((s) => s.levels ?? [])

  tiles = () => this.get<TileJSON>('/tiles/areas.json')

  private async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    const answer = await reach(address(path, query), { headers: this.headers, signal })
    return (await answer.json()) as T
  }
}

/** Fetches, and turns every way to fail but an abort into an ApiError. */
export async function reach(url: string, init: RequestInit): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(url, init)
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw new ApiError('network')
  }
  if (!answer.ok) throw new ApiError(failureOf(answer.status), await problem(answer))
  return answer
}

/** The detail of an application/problem+json answer, or nothing. */
async function problem(answer: Response): Promise<string> {
  try {
    const { detail, title } = (await answer.json()) as { detail?: string; title?: string }
    return detail ?? title ?? ''
  } catch {
    return ''
  }
}
