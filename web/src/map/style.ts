import type {
  CircleLayerSpecification, FillLayerSpecification, LineLayerSpecification, StyleSpecification, SymbolLayerSpecification,
} from 'maplibre-gl'
import type { TileJSON } from '../api/types'
import { type Scheme, type Theme, themes } from './palette'

/** Fonts that are on the reader's machine; no glyphs are fetched from anywhere. */
export const fonts = ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', 'sans-serif']

const empty = { type: 'FeatureCollection' as const, features: [] }

/** The address of the density tiles with a query (starting with ?) or of one level. */
export function tileAddress(origin: string, query: string): string {
  return `${origin}/tiles/areas/{z}/{x}/{y}.mvt${query}`
}

/** The console's style: the areas with their counts, the borders above them, labels, and what is picked or new. */
export function consoleStyle(scheme: Scheme, info: TileJSON, origin: string, query: string): StyleSpecification {
  const vector = (url: string) => ({
    type: 'vector' as const,
    tiles: [url],
    minzoom: info.minzoom ?? 0,
    maxzoom: info.maxzoom ?? 14,
    ...(info.bounds && { bounds: info.bounds }),
  })
  const geojson = { type: 'geojson' as const, data: empty }
  return {
    version: 8,
    sources: {
      graticule: geojson,
      areas: vector(tileAddress(origin, query)),
      counties: vector(tileAddress(origin, '?level=county')),
      towns: vector(tileAddress(origin, '?level=town')),
      labels: geojson,
      selected: geojson,
      live: geojson,
      place: geojson,
    },
    layers: layers(themes[scheme]),
  }
}

function layers(t: Theme): StyleSpecification['layers'] {
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': t.ground } },
    { id: 'graticule', type: 'line', source: 'graticule', paint: { 'line-color': t.graticule, 'line-width': 1 } },
    areaFill(t),
    areaLine(t),
    areaHover(t),
    frame('towns', t, 11.5, 0.45),
    frame('counties', t, 0, 0.8),
    selectedLine('selected-casing', t.halo, 6, 0.6),
    selectedLine('selected-line', t.selected, 2.5, 1),
    labels(t),
    dots('live', t.live, t.halo, ['interpolate', ['linear'], ['zoom'], 8, 3.5, 14, 6]),
    dots('place', t.selected, t.halo, 6),
  ]
}

function areaFill(t: Theme): FillLayerSpecification {
  return { id: 'areas-fill', type: 'fill', source: 'areas', 'source-layer': 'areas', paint: { 'fill-color': t.none } }
}

function areaLine(t: Theme): LineLayerSpecification {
  return {
    id: 'areas-line', type: 'line', source: 'areas', 'source-layer': 'areas',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': t.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.5, 13, 0.6, 16, 1.2], 'line-opacity': 0.8 },
  }
}

function areaHover(t: Theme): LineLayerSpecification {
  return {
    id: 'areas-hover', type: 'line', source: 'areas', 'source-layer': 'areas',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': t.selected, 'line-width': ['case', ['boolean', ['feature-state', 'hover'], false], 1.5, 0] },
  }
}

function frame(source: 'counties' | 'towns', t: Theme, minzoom: number, opacity: number): LineLayerSpecification {
  return {
    id: source, type: 'line', source, 'source-layer': 'areas', minzoom,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': t.frame, 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.8, 12, 1.4], 'line-opacity': opacity },
  }
}

function selectedLine(id: string, colour: string, width: number, opacity: number): LineLayerSpecification {
  return {
    id, type: 'line', source: 'selected',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width, 'line-opacity': opacity },
  }
}

function dots(id: 'live' | 'place', colour: string, halo: string, radius: number | unknown[]): CircleLayerSpecification {
  const paint = { 'circle-color': colour, 'circle-stroke-color': halo, 'circle-stroke-width': 1.5, 'circle-radius': radius }
  return { id, type: 'circle', source: id, paint } as CircleLayerSpecification
}

/** Names; above the village also the count. Larger areas come first where not all find room. */
function labels(t: Theme): SymbolLayerSpecification {
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
    paint: { 'text-color': t.label, 'text-halo-color': t.halo, 'text-halo-width': 1.4, 'text-halo-blur': 0.5 },
  } as SymbolLayerSpecification
}

type Coloured = 'background-color' | 'line-color' | 'circle-color' | 'circle-stroke-color' | 'text-color' | 'text-halo-color'

/** The paint properties that depend on the colour scheme, for switching it without loading the map anew. */
export function schemePaint(scheme: Scheme): [layer: string, property: Coloured, value: string][] {
  const t = themes[scheme]
  return [
    ['ground', 'background-color', t.ground],
    ['graticule', 'line-color', t.graticule],
    ['areas-line', 'line-color', t.border],
    ['areas-hover', 'line-color', t.selected],
    ['towns', 'line-color', t.frame],
    ['counties', 'line-color', t.frame],
    ['selected-casing', 'line-color', t.halo],
    ['selected-line', 'line-color', t.selected],
    ['labels', 'text-color', t.label],
    ['labels', 'text-halo-color', t.halo],
    ['live', 'circle-color', t.live],
    ['live', 'circle-stroke-color', t.halo],
    ['place', 'circle-color', t.selected],
    ['place', 'circle-stroke-color', t.halo],
  ]
}
