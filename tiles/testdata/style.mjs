// Reads a style as MapLibre does: node style.mjs node_modules < {style, asks}
// Asks name a layer, a paint property, a zoom and the properties of a feature; out come
// the values, in their order. It fails when the style is not valid.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const [modules] = process.argv.slice(2).map((p) => resolve(p))
const spec = await import(join(modules, '@maplibre/maplibre-gl-style-spec/dist/index.mjs'))
const { style, asks } = JSON.parse(readFileSync(0, 'utf8'))
const complaints = spec.validateStyleMin(style)
if (complaints.length > 0) throw new Error(complaints.map((c) => c.message).join('; '))

const hex = (v) => (typeof v === 'number' ? v : `#${[v.r, v.g, v.b].map((c) => Math.round(c * 255).toString(16).padStart(2, '0')).join('')}`)
const out = asks.map(({ layer, property, zoom, properties }) => {
  const { type, paint } = style.layers.find((l) => l.id === layer)
  const made = spec.createPropertyExpression(paint[property], property, spec.latest[`paint_${type}`][property])
  if (made.result === 'error') throw new Error(made.value.map((e) => e.message).join('; '))
  return hex(made.value.evaluate({ zoom }, { type: 1, properties }, {}))
})
process.stdout.write(JSON.stringify(out))
