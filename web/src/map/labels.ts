import type { Feature, FeatureCollection, Point, Position } from 'geojson'

/** The parts of tiles' features that a label needs. */
export type LabelFeature = Pick<Feature, 'geometry' | 'properties' | 'id'>

interface Sum {
  name: string
  level: string
  count: number
  /** twice the signed area in square degrees, and the moments about `origin` */
  area: number
  x: number
  y: number
  origin: Position
}

/**
 * One label point for each area, at the centre of gravity of all its pieces: a
 * tile cuts areas at its edges, and a label in every piece would name them twice.
 */
export function labelPoints(features: LabelFeature[]): FeatureCollection<Point> {
  const sums = new Map<string, Sum>()
  for (const f of features) add(sums, f)
  const points = [...sums].filter(([, s]) => s.area !== 0).map(([code, s]) => point(code, s))
  return { type: 'FeatureCollection', features: points }
}

function add(sums: Map<string, Sum>, f: LabelFeature): void {
  const { code, name, level, count } = f.properties as { code: string; name: string; level: string; count: number }
  const polygons = polygonsOf(f)
  const origin = polygons[0]?.[0]?.[0]
  if (!origin) return
  const sum = sums.get(code) ?? { name, level, count, area: 0, x: 0, y: 0, origin }
  polygons.forEach(([outer]) => outer && addRing(sum, outer))
  sums.set(code, sum)
}

function polygonsOf(f: LabelFeature): Position[][][] {
  if (f.geometry.type === 'Polygon') return [f.geometry.coordinates]
  return f.geometry.type === 'MultiPolygon' ? f.geometry.coordinates : []
}

/** Adds an outer ring, whichever way it turns. */
function addRing(sum: Sum, ring: Position[]): void {
  const [ox = 0, oy = 0] = sum.origin
  let [area, x, y] = [0, 0, 0]
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax = 0, ay = 0] = ring[i] ?? []
    const [bx = 0, by = 0] = ring[i + 1] ?? []
    const cross = (ax - ox) * (by - oy) - (bx - ox) * (ay - oy)
    area += cross
    x += cross * (ax + bx - 2 * ox)
    y += cross * (ay + by - 2 * oy)
  }
  const sign = Math.sign(area)
  sum.area += sign * area
  sum.x += sign * x
  sum.y += sign * y
}

function point(code: string, s: Sum): Feature<Point> {
  const [ox = 0, oy = 0] = s.origin
  return {
    type: 'Feature',
    properties: { code, name: s.name, level: s.level, count: s.count, size: s.area },
    geometry: { type: 'Point', coordinates: [ox + s.x / (3 * s.area), oy + s.y / (3 * s.area)] },
  }
}
