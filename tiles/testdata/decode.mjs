// Reads tiles with @mapbox/vector-tile: node decode.mjs node_modules < tiles
// Of each tile come zoom, column, row and length, 32 bits each, the least first, and
// then the tile as it is served. A line of JSON goes out for each feature: the tile,
// the layer and what is in it, as it is.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

const modules = resolve(process.argv[2])
const { VectorTile } = await import(join(modules, '@mapbox/vector-tile/index.js'))
const { PbfReader } = await import(join(modules, 'pbf/index.js'))

const tiles = readFileSync(0)
let out = []
for (let at = 0; at < tiles.length; ) {
  const [z, x, y, length] = [0, 4, 8, 12].map((i) => tiles.readUInt32LE(at + i))
  const raw = gunzipSync(tiles.subarray(at + 16, at + 16 + length))
  at += 16 + length
  const { layers } = new VectorTile(new PbfReader(raw))
  for (const [layer, l] of Object.entries(layers)) {
    for (let i = 0; i < l.length; i++) {
      const f = l.feature(i)
      const parts = f.loadGeometry().map((part) => part.map(({ x, y }) => [x, y]))
      out.push(JSON.stringify({ tile: [z, x, y], layer, id: f.id ?? 0, type: f.type, properties: f.properties, parts }))
    }
  }
  if (out.length > 10000) {
    process.stdout.write(out.join('\n') + '\n')
    out = []
  }
}
process.stdout.write(out.join('\n') + '\n')
