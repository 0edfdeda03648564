// Reads tiles with @mapbox/vector-tile: node decode.mjs node_modules folder < paths
// A line of JSON for each feature: the tile, the layer and what is in it, as it is.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const [modules, folder] = process.argv.slice(2).map((p) => resolve(p))
const { VectorTile } = await import(join(modules, '@mapbox/vector-tile/index.js'))
const { PbfReader } = await import(join(modules, 'pbf/index.js'))

const out = []
for (const path of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const { layers } = new VectorTile(new PbfReader(readFileSync(join(folder, path))))
  for (const [layer, l] of Object.entries(layers)) {
    for (let i = 0; i < l.length; i++) {
      const f = l.feature(i)
      const parts = f.loadGeometry().map((part) => part.map(({ x, y }) => [x, y]))
      out.push(JSON.stringify({ path, layer, id: f.id ?? 0, type: f.type, properties: f.properties, parts }))
    }
  }
}
process.stdout.write(out.join('\n') + '\n')
