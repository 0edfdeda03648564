// A real browser on the pages, and what every test asks of it.
import { chromium } from 'playwright-core'

const flags = [
  '--no-sandbox', '--enable-unsafe-swiftshader', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run',
]

/** @typedef {import('playwright-core').Page} Page */

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags })

/** @returns {string[]} */
const noText = () => []

/**
 * Opens an address in a fresh context; `errors` and `strangers` fill up with what
 * the console complains about and with requests to any other host.
 * @param {import('playwright-core').Browser} browser @param {string} url @param {import('playwright-core').BrowserContextOptions} options
 */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, locale: 'zh-CN', colorScheme: 'dark', reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000) // ms; WebGL in software is slow on a busy machine
  const [errors, strangers, requests] = [noText(), noText(), noText()]
  page.on('console', (m) => m.type() === 'error' && errors.push(m.text()))
  page.on('pageerror', (e) => errors.push(String(e)))
  page.on('request', (r) => {
    requests.push(r.url())
    if (!/^(blob|data):/.test(r.url()) && new URL(r.url()).origin !== new URL(url).origin) strangers.push(r.url())
  })
  await page.addInitScript(() => addEventListener('mapready', (e) => Object.assign(window, { map: /** @type {CustomEvent} */ (e).detail })))
  await page.goto(url)
  return { page, errors, strangers, requests }
}

/** Waits until the map has drawn everything it wants. @param {Page} page */
export async function idle(page) {
  await page.waitForFunction(() => 'map' in window)
  await page.evaluate(() => {
    const { map } = /** @type {{map: import('maplibre-gl').Map}} */ (/** @type {unknown} */ (window))
    return new Promise((done) => {
      map.once('idle', done)
      map.triggerRepaint()
    })
  })
}

/** Moves the map at once. @param {Page} page @param {[number, number]} center @param {number} zoom */
export async function jump(page, center, zoom) {
  await page.evaluate(([c, z]) => {
    const { map } = /** @type {{map: import('maplibre-gl').Map}} */ (/** @type {unknown} */ (window))
    map.jumpTo({ center: /** @type {[number, number]} */ (c), zoom: Number(z) })
  }, /** @type {const} */ ([center, zoom]))
  await idle(page)
}

/** A picture for the eye, when JINGWEI_SHOTS names a folder. @param {Page} page @param {string} name */
export async function shot(page, name) {
  const folder = process.env.JINGWEI_SHOTS
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` })
}
