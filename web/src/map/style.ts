import type {
  CircleLayerSpecification, FillLayerSpecification, LayerSpecification, LineLayerSpecification, StyleSpecification,
  SymbolLayerSpecification,
} from 'maplibre-gl'
import { address } from '../api/client'
import type { Level, TileJSON } from '../api/types'
import type { Shown } from './levels'
import { type Scheme, type Theme, themes } from './palette'

/** Fonts that are on the reader's machine; no glyphs are fetched from anywhere. */
export const fonts = ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', 'sans-serif']

/** The levels whose borders stay when lower levels are shown, with the opacity of their lines. */
const frames: Partial<Record<Level, number>> = { county: 0.8, town: 0.5, village: 0.22 }

/** Those of the levels shown that frame lower ones, the highest first. */
export const framing = (shown: Shown[]) => shown.filter((s) => s.level in frames && s !== shown.at(-1))

/** What the tiles count: a window and a matter, each absent for all. */
export type TileQuery = Record<string, string | undefined>

/** The address of the tiles of a level. */
export function tileAddress(level: Level, query: TileQuery): string {
  return `${location.origin}/tiles/areas/{z}/{x}/{y}.mvt${address('', { ...query, level })}`
}

/** The source of a level's areas, the layer that fills them, and the source and layer of the frame they are for lower levels. */
export const areasOf = (level: Level) => `areas-${level}`
export const fillOf = (level: Level) => `fill-${level}`
export const frameOf = (level: Level) => `frame-${level}`

/** The console's style: areas with their counts, the borders above them, names, and what is picked or new. */
export function consoleStyle(scheme: Scheme, info: TileJSON, shown: Shown[], query: TileQuery): StyleSpecification {
  const bounds = info.bounds && { bounds: info.bounds }
  const vector = (level: Level, from: number, to: number, q: TileQuery) => ({
    type: 'vector' as const, tiles: [tileAddress(level, q)], minzoom: from, maxzoom: to, ...bounds,
  })
  const framed = framing(shown)
  const last = shown.at(-1)?.to ?? 0
  const geojson = { type: 'geojson' as const, data: { type: 'FeatureCollection' as const, features: [] } }
  return {
    version: 8,
    sources: {
      ...Object.fromEntries(shown.map((s) => [areasOf(s.level), vector(s.level, s.from, s.to, query)])),
      ...Object.fromEntries(framed.map((s) => [frameOf(s.level), vector(s.level, s.from, last, {})])),
      graticule: geojson, labels: geojson, selected: geojson, live: geojson, place: geojson,
    },
    layers: layers(themes[scheme], shown, framed),
  }
}

function layers(t: Theme, shown: Shown[], framed: Shown[]): LayerSpecification[] {
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': t.ground } },
    { id: 'graticule', type: 'line', source: 'graticule', paint: { 'line-color': t.graticule, 'line-width': 1 } },
    ...shown.map((s) => areaFill(s, t)),
    ...shown.flatMap((s) => [areaLine(s, t), areaHover(s, t)]),
    ...framed.map((s) => frame(s, t)).reverse(),
    selectedLine('selected-casing', t.halo, 6, 0.6),
    selectedLine('selected-line', t.selected, 2.5, 1),
    dots('live', t.live, t.halo, ['interpolate', ['linear'], ['zoom'], 8, 3, 14, 6]),
    dots('place', t.selected, t.halo, 6),
    labels(),
  ]
}

/** Where a level's areas are drawn: `beyond` zooms further than they are shown, from tiles that are there already. */
function areas({ level, from, to }: Shown, beyond: number) {
  return { source: areasOf(level), 'source-layer': 'areas', minzoom: from, maxzoom: Math.min(24, to + 1 + beyond) }
}

/** The next lower level covers this one as soon as its tiles are there: the map is never empty between two levels. */
function areaFill(s: Shown, t: Theme): FillLayerSpecification {
  return { id: fillOf(s.level), type: 'fill', ...areas(s, 1), paint: { 'fill-color': t.none } }
}

function areaLine(s: Shown, t: Theme): LineLayerSpecification {
  return {
    id: `line-${s.level}`, type: 'line', ...areas(s, 0), layout: { 'line-join': 'round' },
    paint: { 'line-color': t.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.5, 13, 0.6, 16, 1.2], 'line-opacity': 0.8 },
  }
}

function areaHover(s: Shown, t: Theme): LineLayerSpecification {
  return {
    id: `hover-${s.level}`, type: 'line', ...areas(s, 0), layout: { 'line-join': 'round' },
    paint: { 'line-color': t.selected, 'line-width': ['case', ['boolean', ['feature-state', 'hover'], false], 1.5, 0] },
  }
}

function frame({ level, to }: Shown, t: Theme): LineLayerSpecification {
  return {
    id: frameOf(level), type: 'line', source: frameOf(level), 'source-layer': 'areas', minzoom: to + 1,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': t.frame, 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.8, 12, 1.4], 'line-opacity': frames[level] ?? 0 },
  }
}

function selectedLine(id: string, colour: string, width: number, opacity: number): LineLayerSpecification {
  const paint = { 'line-color': colour, 'line-width': width, 'line-opacity': opacity }
  return { id, type: 'line', source: 'selected', layout: { 'line-join': 'round' }, paint }
}

function dots(id: 'live' | 'place', colour: string, halo: string, radius: number | unknown[]): CircleLayerSpecification {
  const paint = { 'circle-color': colour, 'circle-stroke-color': halo, 'circle-stroke-width': 1.5, 'circle-radius': radius }
  return { id, type: 'circle', source: id, paint } as CircleLayerSpecification
}

/** Names; down to the town also the count. Larger areas come first where not all find room. */
function labels(): SymbolLayerSpecification {
  const high = ['in', ['get', 'level'], ['literal', ['city', 'county', 'town']]]
  const count = ['case', high, ['concat', '\n', ['number-format', ['get', 'count'], {}]], '']
  return {
    id: 'labels', type: 'symbol', source: 'labels',
    layout: {
      'text-field': ['format', ['get', 'name'], {}, count, { 'font-scale': 0.85 }],
      'text-font': fonts,
      'text-size': ['match', ['get', 'level'], ['city', 'county'], 15, 'town', 13, 12],
      'text-max-width': 9,
      'text-line-height': 1.25,
      'text-padding': 6,
      'symbol-sort-key': ['-', 0, ['get', 'size']],
    },
    paint: { 'text-halo-width': 1.2 },
  } as SymbolLayerSpecification
}

type Coloured = 'background-color' | 'line-color' | 'circle-color' | 'circle-stroke-color'

/** The paint properties that depend on the colour scheme, for switching it without loading the map anew. */
export function schemePaint(scheme: Scheme, shown: Shown[]): [layer: string, property: Coloured, value: string][] {
  const style = layers(themes[scheme], shown, framing(shown))
  const coloured: Coloured[] = ['background-color', 'line-color', 'circle-color', 'circle-stroke-color']
  return style.flatMap(({ id, paint }) =>
    coloured.flatMap((property) => {
      const value = (paint as Record<string, unknown> | undefined)?.[property]
      return typeof value === 'string' ? [[id, property, value] as [string, Coloured, string]] : []
    }),
  )
}
