/** The levels from the highest to the lowest. */
export const levels = ['city', 'county', 'town', 'village', 'grid', 'microgrid'] as const
export type Level = (typeof levels)[number]

export type Kind = '' | 'general' | 'dedicated'
export type Role = 'leader' | 'liaison' | 'dispatcher' | 'officer'
export type Rank = 'primary' | 'deputy'
export type Method = 'exact' | 'ambiguous' | 'nearest' | 'outside'

export const states = [
  'reported', 'assigned', 'verifying', 'handling', 'suspended',
  'checking', 'closed', 'evaluated', 'void', 'merged',
] as const
export type State = (typeof states)[number]

export interface AreaRef {
  code: string
  name: string
  level: Level
  kind?: Kind
}

export interface Person {
  code: string
  name: string
  role: Role
  rank?: Rank
  phone?: string
}

/** One step of the chain 责任链: an area over a place and who answers there. */
export interface Link extends AreaRef {
  people?: Person[] | null
}

export interface Located {
  edition: number
  method: Method
  /** metres to the cell when method is nearest */
  distance_m: number
  cell: (AreaRef & { households?: number }) | null
  chain: Link[]
  candidates?: { code: string; share: number }[] | null
}

export interface Area extends AreaRef {
  parent?: string | null
  households?: number
  cells?: number
  area_km2?: number
  /** degrees: west, south, east, north */
  bbox?: [number, number, number, number]
  chain?: Link[]
  people?: Person[] | null
  counts?: { reports: number; open: number }
  geometry?: GeoJSON.Polygon | GeoJSON.MultiPolygon
}

export interface Matter {
  /** six digits: two of category, two of item, two of matter */
  code: string
  category: string
  item: string
  name: string
  level?: Level
  limit_hours?: number
}

export interface Holder {
  level: Level
  area?: { code: string; name: string } | null
  worker?: Person | null
}

export interface Report {
  id: string
  at: string
  received?: string
  /** degrees: lon, lat */
  position: [number, number]
  /** 68 % radius in metres */
  accuracy?: number | null
  matter: { code: string; name: string; category: string; item: string } | null
  text?: string
  reporter?: string
  edition?: number
  method?: Method
  distance_m?: number
  cell: AreaRef | null
  state: State
  holder: Holder | null
  version: number
  /** only in the answer for a single report */
  chain?: Link[]
  reasons?: string[]
}

export interface Density {
  level: Level
  total: number
  breaks: number[]
  areas: { code: string; count: number; open: number }[]
}

/** How many areas there are, by level from the highest down. */
export interface Stats {
  levels?: { level: Level; areas: number }[]
}

export interface TileJSON {
  minzoom?: number
  maxzoom?: number
  bounds?: [number, number, number, number]
}
