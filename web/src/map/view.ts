import {
  type ErrorEvent, type GeoJSONSource, type LngLatBoundsLike, Map as MapLibre, type MapGeoJSONFeature, type MapMouseEvent,
  Marker, ScaleControl, setWorkerUrl, type VectorTileSource,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { Level, Report, TileJSON } from '../api/types'
import { graticule, grow } from './graticule'
import { labelPoints } from './labels'
import { fillColour, type Scheme, themes } from './palette'
import { consoleStyle, fonts, schemePaint, tileAddress } from './style'

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
  private hovered: number | string | undefined
  private labelsStale = true
  private pulses = 0
  private tilesUrl: string

  constructor(
    container: HTMLElement,
    info: TileJSON,
    private scheme: Scheme,
    private query: string,
    headers: () => Record<string, string>,
    private readonly on: MapEvents,
  ) {
    this.home = info.bounds
    this.tilesUrl = tileAddress(location.origin, query)
    this.map = new MapLibre({
      container,
      style: consoleStyle(scheme, info, location.origin, query),
      bounds: info.bounds,
      fitBoundsOptions: { padding: 48 },
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

  /** Asks for tiles with another query, or for the same ones again. */
  async setQuery(query: string): Promise<void> {
    this.query = query
    await this.ready
    const url = tileAddress(location.origin, this.query)
    if (url === this.tilesUrl) return this.map.refreshTiles('areas')
    this.tilesUrl = url
    this.map.getSource<VectorTileSource>('areas')?.setTiles([url])
  }

  async setBreaks(breaks: Partial<Record<Level, number[]>>, scheme: Scheme): Promise<void> {
    await this.ready
    this.map.setPaintProperty('areas-fill', 'fill-color', fillColour(breaks, scheme))
  }

  async setScheme(scheme: Scheme): Promise<void> {
    if (scheme === this.scheme) return
    this.scheme = scheme
    await this.ready
    for (const [layer, property, value] of schemePaint(scheme)) this.map.setPaintProperty(layer, property, value)
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
    this.map.flyTo({ center: position, zoom: Math.max(this.map.getZoom(), 14), padding: side(left), duration: 1200 })
  }

  fit(box: LngLatBoundsLike, left: number): void {
    const padding = { ...side(0), left: left + 48, top: 48, right: 48, bottom: 48 }
    this.map.fitBounds(box, { padding, maxZoom: 16, duration: 900 })
  }

  whole(left: number): void {
    if (this.home) this.fit(this.home, left)
  }

  zoom(steps: 1 | -1): void {
    if (steps > 0) this.map.zoomIn()
    else this.map.zoomOut()
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
      if (e.sourceId === 'areas' && e.tile) this.labelsStale = true
    })
    map.on('idle', () => this.idle())
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
    return this.map.queryRenderedFeatures([x, y], { layers: ['areas-fill'] })[0]
  }

  private move(e: MapMouseEvent): void {
    const f = this.areaAt(e.point)
    this.mark(f?.id)
    this.map.getCanvas().style.cursor = f ? 'pointer' : ''
    this.on.hover(f ? hover(f, e.point) : null)
  }

  private leave(): void {
    this.mark(undefined)
    this.on.hover(null)
  }

  private mark(id: number | string | undefined): void {
    if (id === this.hovered) return
    const state = (of: number | string | undefined, on: boolean) =>
      of !== undefined && this.map.setFeatureState({ source: 'areas', sourceLayer: 'areas', id: of }, { hover: on })
    state(this.hovered, false)
    state(id, true)
    this.hovered = id
  }

  /** After every movement and load: tells the level that is drawn, and names its areas. */
  private idle(): void {
    if (!this.labelsStale) return
    this.labelsStale = false
    const level = this.levelDrawn()
    if (!level) return this.setData('labels', [])
    const features = this.map.querySourceFeatures('areas', { sourceLayer: 'areas', filter: ['==', ['get', 'level'], level] })
    this.setData('labels', labelPoints(features).features)
    if (level === this.level) return
    this.level = level
    this.on.level(level)
  }

  /** The level of the areas at most of a few places spread over the map. */
  private levelDrawn(): Level | undefined {
    const { clientWidth: w, clientHeight: h } = this.map.getContainer()
    const shares = [0.5, 0.3, 0.7, 0.1, 0.9]
    const seen = shares.flatMap((x) => shares.map((y) => this.areaAt({ x: x * w, y: y * h })?.properties.level as Level | undefined))
    const times = (l: Level | undefined) => seen.filter((s) => s === l).length
    return seen.filter((l) => l !== undefined).sort((a, b) => times(b) - times(a))[0]
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

function side(left: number): { left: number; top: number; right: number; bottom: number } {
  return { left, top: 0, right: 0, bottom: 0 }
}
