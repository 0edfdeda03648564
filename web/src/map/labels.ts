import type { Feature, FeatureCollection, GeoJsonProperties, Point, Position } from 'geojson'

/** The parts of tiles' features that a label needs. */
export type LabelFeature = Pick<Feature, 'geometry' | 'properties' | 'id'>

interface Piece {
  ring: Position[]
  /** square degrees */
  area: number
  centre: Position
}

interface Named {
  properties: GeoJsonProperties
  pieces: Piece[]
}

/**
 * One label point for each area, at the centre of gravity of all its pieces: a
 * tile cuts areas at its edges, and a label in every piece would name them twice.
 * Where that is outside, as with islands, the largest piece gets the label.
 */
export function labelPoints(features: LabelFeature[]): FeatureCollection<Point> {
  const named = new Map<string, Named>()
  for (const f of features) {
    const { code, name, level, count } = f.properties ?? {}
    const known = named.get(code) ?? { properties: { code, name, level, count }, pieces: [] }
    known.pieces.push(...outerRings(f).flatMap((ring) => piece(ring) ?? []))
    named.set(code, known)
  }
  const points = [...named.values()].filter((n) => n.pieces.length > 0).map(point)
  return { type: 'FeatureCollection', features: points }
}

function outerRings({ geometry }: LabelFeature): Position[][] {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : []
  return polygons.flatMap(([outer]) => (outer ? [outer] : []))
}

/** The size and centre of gravity of a ring, whichever way it turns; none for a ring without an inside. */
function piece(ring: Position[]): Piece | undefined {
  const [ox = 0, oy = 0] = ring[0] ?? []
  let [double, x, y] = [0, 0, 0]
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax, ay, bx, by] = edge(ring, i)
    const cross = (ax - ox) * (by - oy) - (bx - ox) * (ay - oy)
    double += cross
    x += cross * (ax + bx - 2 * ox)
    y += cross * (ay + by - 2 * oy)
  }
  if (double === 0) return undefined
  return { ring, area: Math.abs(double) / 2, centre: [ox + x / (3 * double), oy + y / (3 * double)] }
}

function point({ properties, pieces }: Named): Feature<Point> {
  const size = pieces.reduce((sum, p) => sum + p.area, 0)
  const mean = (axis: 0 | 1) => pieces.reduce((sum, p) => sum + p.area * (p.centre[axis] ?? 0), 0) / size
  const centre = [mean(0), mean(1)]
  const largest = pieces.reduce((a, b) => (b.area > a.area ? b : a))
  const coordinates = pieces.some((p) => inside(p.ring, centre)) ? centre : largest.centre
  return { type: 'Feature', properties: { ...properties, size }, geometry: { type: 'Point', coordinates } }
}

function inside(ring: Position[], [x = 0, y = 0]: Position): boolean {
  let is = false
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax, ay, bx, by] = edge(ring, i)
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) is = !is
  }
  return is
}

function edge(ring: Position[], i: number): [number, number, number, number] {
  const [ax = 0, ay = 0] = ring[i] ?? []
  const [bx = 0, by = 0] = ring[i + 1] ?? []
  return [ax, ay, bx, by]
}
