import {
  type ErrorEvent, type GeoJSONSource, type LngLatBoundsLike, Map as MapLibre, type MapGeoJSONFeature, type MapMouseEvent,
  Marker, ScaleControl, setWorkerUrl, type VectorTileSource,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { Level, Report, TileJSON } from '../api/types'
import { graticule, grow } from './graticule'
import { labelPoints } from './labels'
import { levelAt, type Shown } from './levels'
import { fillColour, labelColour, type Scheme, themes } from './palette'
import { areasOf, consoleStyle, fillOf, fonts, frameOf, framing, schemePaint, tileAddress, type TileQuery } from './style'

setWorkerUrl(workerUrl)

/** An area under the pointer, and where that is in pixels of the map. */
export interface Hover {
  x: number
  y: number
  name: string
  level: Level
  count: number
  open: number
  perKm2: number
}

export interface MapEvents {
  /** a place was picked: degrees, and the code of the area drawn there */
  place(lon: number, lat: number, code: string | undefined): void
  report(id: string): void
  hover(h: Hover | null): void
  level(l: Level): void
  /** an HTTP status (0: no answer) that a tile request failed with */
  failed(status: number): void
}

/** The zoom from which on grids and micro-grids have room for their names. */
const legible = 15

type Breaks = Partial<Record<Level, number[]>>

/** Milliseconds that a new report pulses; the same as the animation's in app.css. */
const pulse = 6000

/** At most so many pulse at once: a storm must not bring the page down. */
const maxPulses = 40

/** The console's map. */
export class ConsoleMap {
  readonly map: MapLibre
  private readonly ready: Promise<void>
  private readonly home: LngLatBoundsLike | undefined
  private level: Level | undefined
  private hovered: { source: string; sourceLayer: string; id: number | string } | undefined
  private breaks: Breaks = {}
  private labelsStale = true
  private pulses = 0

  constructor(
    container: HTMLElement,
    info: TileJSON,
    private readonly shown: Shown[],
    private scheme: Scheme,
    private query: TileQuery,
    headers: () => Record<string, string>,
    private readonly on: MapEvents,
  ) {
    this.home = info.bounds
    this.map = new MapLibre({
      container,
      style: consoleStyle(scheme, info, shown, query),
      bounds: info.bounds,
      fitBoundsOptions: { padding: around(0) },
      hash: 'map',
      maxZoom: 18,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      localIdeographFontFamily: fonts.map((f) => `"${f}"`).join(','),
      transformRequest: (url) => (url.startsWith(location.origin) ? { url, headers: headers() } : { url }),
    })
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    this.map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-right')
    this.ready = new Promise((done) => this.map.once('load', () => done()))
    this.listen()
    if (info.bounds) void this.drawGraticule(info.bounds)
  }

  remove(): void {
    this.map.remove()
  }

  /** Asks for tiles with another query. */
  async setQuery(query: TileQuery): Promise<void> {
    if (JSON.stringify(query) === JSON.stringify(this.query)) return
    this.query = query
    await this.ready
    for (const { level } of this.shown) {
      this.map.getSource<VectorTileSource>(areasOf(level))?.setTiles([tileAddress(level, query)])
    }
  }

  /** Asks for the same tiles again: their counts may have changed. */
  async refresh(): Promise<void> {
    await this.ready
    for (const { level } of this.shown) this.map.refreshTiles(areasOf(level))
  }

  /** Colours the areas of each level by its breaks. */
  async setBreaks(breaks: Breaks, scheme: Scheme): Promise<void> {
    this.breaks = breaks
    await this.ready
    for (const { level } of this.shown) this.map.setPaintProperty(fillOf(level), 'fill-color', fillColour(breaks[level], scheme))
    this.inkLabels(scheme)
  }

  async setScheme(scheme: Scheme): Promise<void> {
    if (scheme === this.scheme) return
    this.scheme = scheme
    await this.ready
    for (const [layer, property, value] of schemePaint(scheme, this.shown)) this.map.setPaintProperty(layer, property, value)
  }

  /** Marks the reports that came in last. */
  async setLive(reports: Report[]): Promise<void> {
    await this.ready
    this.setData('live', reports.map((r) => feature({ type: 'Point', coordinates: r.position }, { id: r.id })))
  }

  /** Lets a place pulse for a while. */
  pulse(position: [number, number]): void {
    if (this.pulses >= maxPulses || !this.map.getBounds().contains(position)) return
    this.pulses++
    const element = document.createElement('div')
    element.className = 'pulse'
    element.style.setProperty('--live', themes[this.scheme].live)
    const marker = new Marker({ element }).setLngLat(position).addTo(this.map)
    setTimeout(() => {
      marker.remove()
      this.pulses--
    }, pulse)
  }

  /** Outlines an area, or none. */
  async select(geometry: GeoJSON.Geometry | undefined): Promise<void> {
    await this.ready
    this.setData('selected', geometry ? [feature(geometry, {})] : [])
  }

  /** Marks a picked place, or none. */
  async setPlace(position: [number, number] | undefined): Promise<void> {
    await this.ready
    this.setData('place', position ? [feature({ type: 'Point', coordinates: position }, {})] : [])
  }

  fly(position: [number, number], left: number): void {
    this.map.flyTo({ center: position, zoom: Math.max(this.map.getZoom(), 14), offset: [left / 2, 0], duration: 1200 })
  }

  fit(box: LngLatBoundsLike, left: number): void {
    this.map.fitBounds(box, { padding: around(left), maxZoom: 16, duration: 900 })
  }

  whole(left: number): void {
    if (this.home) this.fit(this.home, left)
  }

  zoom(steps: 1 | -1): void {
    if (steps > 0) this.map.zoomIn()
    else this.map.zoomOut()
  }

  /** Names stand on their own area's colour, or on anything when it is the frame that is named. */
  private inkLabels(scheme: Scheme): void {
    const breaks = this.level && !this.named() ? this.breaks[this.level] : undefined
    this.map.setPaintProperty('labels', 'text-halo-color', fillColour(breaks, scheme))
    this.map.setPaintProperty('labels', 'text-color', labelColour(breaks, scheme))
  }

  /** The level above that is named instead of the one shown, whose areas are too small for their names. */
  private named(): Level | undefined {
    const small = this.level === 'grid' || this.level === 'microgrid'
    return small && this.map.getZoom() < legible ? framing(this.shown).at(-1)?.level : undefined
  }

  private setData(source: string, features: GeoJSON.Feature[]): void {
    this.map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features })
  }

  private listen(): void {
    const { map } = this
    map.on('click', (e) => this.click(e))
    map.on('mousemove', (e) => this.move(e))
    map.on('mouseout', () => this.leave())
    map.on('moveend', () => (this.labelsStale = true))
    map.on('sourcedata', (e) => {
      if (e.tile) this.labelsStale = true
    })
    map.on('load', () => this.follow())
    map.on('zoom', () => this.follow())
    map.on('idle', () => this.name())
    map.on('error', (e) => this.error(e))
    map.getCanvas().addEventListener('keydown', (e) => {
      if (e.key === 'Enter') this.pick(map.getCenter().lng, map.getCenter().lat, map.project(map.getCenter()))
    })
  }

  private click(e: MapMouseEvent): void {
    const reach = 6 // pixels
    const around: [[number, number], [number, number]] = [
      [e.point.x - reach, e.point.y - reach],
      [e.point.x + reach, e.point.y + reach],
    ]
    const [dot] = this.map.queryRenderedFeatures(around, { layers: ['live'] })
    if (dot) this.on.report(String(dot.properties.id))
    else this.pick(e.lngLat.lng, e.lngLat.lat, e.point)
  }

  private pick(lon: number, lat: number, at: { x: number; y: number }): void {
    this.on.place(lon, lat, this.areaAt(at)?.properties.code as string | undefined)
  }

  private areaAt({ x, y }: { x: number; y: number }): MapGeoJSONFeature | undefined {
    if (!this.level) return undefined
    return this.map.queryRenderedFeatures([x, y], { layers: [fillOf(this.level)] })[0]
  }

  private move(e: MapMouseEvent): void {
    const f = this.areaAt(e.point)
    this.mark(f)
    this.map.getCanvas().style.cursor = f ? 'pointer' : ''
    this.on.hover(f ? hover(f, e.point) : null)
  }

  private leave(): void {
    this.mark(undefined)
    this.on.hover(null)
  }

  private mark(f: MapGeoJSONFeature | undefined): void {
    if (f?.id === this.hovered?.id && f?.source === this.hovered?.source) return
    if (this.hovered) this.map.removeFeatureState(this.hovered)
    this.hovered = f?.id === undefined ? undefined : { source: f.source, sourceLayer: 'areas', id: f.id }
    if (this.hovered) this.map.setFeatureState(this.hovered, { hover: true })
  }

  /** Tells when the zoom has come to another level. */
  private follow(): void {
    const level = levelAt(this.shown, this.map.getZoom())
    if (!level || level === this.level) return
    this.mark(undefined)
    this.level = level
    this.labelsStale = true
    this.on.level(level)
  }

  /** Names the areas in view, when everything is drawn. */
  private name(): void {
    if (!this.labelsStale || !this.level) return
    this.labelsStale = false
    const above = this.named()
    const source = above ? frameOf(above) : areasOf(this.level)
    const features = this.map.querySourceFeatures(source, { sourceLayer: 'areas' })
    this.setData('labels', labelPoints(features).features)
    this.inkLabels(this.scheme)
  }

  private error(e: ErrorEvent): void {
    const status = (e.error as { status?: number }).status
    if (status !== undefined) return this.on.failed(status)
    if (e.error instanceof TypeError) return this.on.failed(0) // what fetch throws without an answer
    console.error(e.error)
  }

  private async drawGraticule(bounds: [number, number, number, number]): Promise<void> {
    await this.ready
    const step = 0.25 // degrees
    this.setData('graticule', graticule(grow(bounds, step, 16), step).features)
  }
}

function hover(f: MapGeoJSONFeature, { x, y }: { x: number; y: number }): Hover {
  const { name, level, count, open, per_km2 } = f.properties
  return { x, y, name, level, count, open, perKm2: per_km2 }
}

function feature(geometry: GeoJSON.Geometry, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  return { type: 'Feature', properties, geometry }
}

/** Pixels to leave free beside what should be seen: on the left for the details, on the right for the legend. */
function around(left: number): { left: number; top: number; right: number; bottom: number } {
  return { left: left + 32, top: 32, right: 200, bottom: 32 }
}
