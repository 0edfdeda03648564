// The service's own styles, drawn by MapLibre in a real browser, from the server at
// JINGWEI_URL with the token JINGWEI_TOKEN, to which nothing is reported meanwhile.
// CHROMIUM names the browser if it is not /usr/bin/chromium.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { idle, jump, launch, open, shot } from './browser.mjs'

const base = process.env.JINGWEI_URL ?? ''
const token = process.env.JINGWEI_TOKEN ?? ''
const skip = base ? false : 'JINGWEI_URL names no server'

/** @type {import('playwright-core').Browser} */
let browser
before(async () => (browser = await launch()))
after(() => browser.close())

// A page that has nothing but a map of a style, with the cookie for what it asks for.
const page = (/** @type {string} */ style, /** @type {number[]} */ bounds) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/plain/maplibre-gl.css">
<style>html, body, #map { margin: 0; height: 100% }</style><div id="map"></div>
<script type="module">
import { Map, setWorkerUrl } from '/plain/maplibre-gl.mjs'
setWorkerUrl('/plain/maplibre-gl-worker.mjs')
const map = new Map({ container: 'map', style: '/styles/${style}.json', bounds: ${JSON.stringify(bounds)}, fitBoundsOptions: { padding: 40 }, fadeDuration: 0, attributionControl: false })
map.on('error', (e) => console.error(e.error.message))
dispatchEvent(new CustomEvent('mapready', { detail: map }))
</script>`

/** Opens a page with a style's map. @param {string} style @param {number[]} bounds */
async function drawn(style, bounds) {
  const cookie = { name: 'jingwei_token', value: token, domain: new URL(base).hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: /** @type {const} */ ('Strict') }
  const opened = await open(browser, `${base}/livez`, { colorScheme: 'light', storageState: { cookies: [cookie], origins: [] } })
  await opened.page.route('**/plain/*', async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').pop() ?? ''
    if (name === 'map') return route.fulfill({ contentType: 'text/html', body: page(style, bounds) })
    const contentType = name.endsWith('.css') ? 'text/css' : 'text/javascript'
    return route.fulfill({ contentType, body: await readFile(new URL(`../node_modules/maplibre-gl/dist/${name}`, import.meta.url)) })
  })
  await opened.page.waitForLoadState('networkidle') // it asks for an icon, which is not there
  opened.errors.length = 0
  await opened.page.goto(`${base}/plain/map`)
  await idle(opened.page)
  return opened
}

/** @param {string} path */
async function ask(path) {
  const answer = await fetch(base + path, { headers: { Authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200, path)
  return answer.json()
}

for (const [style, layer] of [['density', 'areas'], ['bins', 'bins'], ['reports', 'reports']]) {
  test(`the style ${style} draws all reports`, { skip }, async () => {
    const { bounds } = await ask(`/tiles/${layer}.json`)
    const { page, errors, strangers } = await drawn(style, bounds)
    const seen = await page.evaluate((name) => {
      const { map } = /** @type {{map: import('maplibre-gl').Map}} */ (/** @type {unknown} */ (window))
      const counts = new Map(map.queryRenderedFeatures().filter((f) => f.sourceLayer === name).map((f) => [f.id, Number(f.properties.count)]))
      const all = map.querySourceFeatures(name, { sourceLayer: 'meta' }).map((f) => f.properties)
      return { counts: [...counts.values()], totals: all.map((m) => m.total), ramps: all.map((m) => m.quantile_per_km2) }
    }, layer)
    assert(seen.counts.length > 5, `${seen.counts.length} features are drawn`)
    assert.equal(new Set(seen.totals).size, 1, `totals that differ between tiles: ${seen.totals}`)
    assert.equal(new Set(seen.ramps).size, 1, `classes that differ between tiles: ${seen.ramps}`)
    assert.equal(seen.counts.reduce((a, b) => a + b, 0), seen.totals[0], 'not all reports are drawn, or some twice')
    await shot(page, `style-${style}`)
    await jump(page, [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2], 13.5)
    await shot(page, `style-${style}-near`)
    assert.deepEqual(strangers, [])
    assert.deepEqual(errors, [])
    await page.context().close()
  })
}
