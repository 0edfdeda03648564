import type { Feature, FeatureCollection, LineString } from 'geojson'

/** Meridians and parallels every `step` degrees over a box of degrees (west, south, east, north). */
export function graticule(box: [number, number, number, number], step: number): FeatureCollection<LineString> {
  const [west, south, east, north] = box
  const meridians = multiples(west, east, step).map((x) => line([x, south], [x, north]))
  const parallels = multiples(south, north, step).map((y) => line([west, y], [east, y]))
  return { type: 'FeatureCollection', features: [...meridians, ...parallels] }
}

/** The box grown to whole multiples of `step`, and `margin` steps more on each side. */
export function grow(box: [number, number, number, number], step: number, margin: number): [number, number, number, number] {
  const out = (v: number, round: (n: number) => number, by: number) => (round(v / step) + by) * step
  return [
    out(box[0], Math.floor, -margin), out(box[1], Math.floor, -margin),
    out(box[2], Math.ceil, margin), out(box[3], Math.ceil, margin),
  ]
}

function multiples(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
}

function line(...coordinates: [number, number][]): Feature<LineString> {
  return { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } }
}
