// The console in a real browser: against the server at JINGWEI_URL with the token
// JINGWEI_TOKEN (one that may report), or else against the fixture server. CHROMIUM
// names the browser if it is not /usr/bin/chromium.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { idle, jump, launch, open, shot } from './browser.mjs'
import { start, token as fixtureToken } from './fixture/server.mjs'

const token = process.env.JINGWEI_TOKEN ?? fixtureToken
const fixture = process.env.JINGWEI_URL ? undefined : await start(0, 1500)
const base = process.env.JINGWEI_URL ?? fixture?.url ?? ''

/** @type {import('playwright-core').Browser} */
let browser
before(async () => (browser = await launch()))
after(async () => {
  await browser.close()
  fixture?.close()
})

/** @param {import('playwright-core').BrowserContextOptions} [options] */
async function signedIn(options) {
  const opened = await open(browser, `${base}/console#token=${token}`, options)
  await idle(opened.page)
  return opened
}

/** Where the map's centre is on the page, and what it shows there. @param {import('playwright-core').Page} page */
async function centre(page) {
  const box = await page.locator('.map').boundingBox()
  assert(box)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** @param {import('playwright-core').Page} page @returns {Promise<[number, number]>} */
const middle = (page) => page.evaluate(() => {
  const { lng, lat } = /** @type {{map: import('maplibre-gl').Map}} */ (/** @type {unknown} */ (window)).map.getCenter()
  return [lng, lat]
})

test('the map, its legend and its words', async () => {
  const { page, errors, strangers, requests } = await signedIn()
  assert(requests.some((r) => r.includes('/tiles/areas/')), 'no tile was asked for')
  assert(!page.url().includes('token'), 'the token stays in the address bar')
  await page.waitForSelector('[data-class]')
  assert((await page.locator('[data-class]').count()) >= 2, 'the legend has fewer than two classes')
  assert.match(await page.locator('.legend h2').innerText(), /每个.+的事件数/)
  await idle(page)
  await shot(page, 'whole-zh-dark')
  await page.getByRole('button', { name: 'English' }).click()
  assert.match(await page.locator('.legend h2').innerText(), /Reports per /)
  await shot(page, 'whole-en-dark')
  await page.reload()
  await idle(page)
  assert.match(await page.locator('aside h2').first().innerText(), /Live reports/, 'the language is forgotten')
  assert.deepEqual(strangers, [])
  assert.deepEqual(errors, [])
  await page.context().close()
})

test('the window and the matter change tiles and legend', async () => {
  const { page, requests, errors } = await signedIn()
  const asked = async (/** @type {RegExp} */ what, /** @type {() => Promise<unknown>} */ act) => {
    requests.length = 0
    await act()
    await idle(page)
    assert(requests.some((r) => r.includes('/tiles/areas/') && what.test(r)), `no tile like ${what}: ${requests}`)
    assert(requests.some((r) => r.includes('/v1/density') && what.test(r)), `no density like ${what}`)
  }
  await asked(/\?from=\d/, () => page.locator('[data-preset="7d"]').click())
  await asked(/from=\d.+to=\d/, async () => {
    await page.locator('[data-preset="custom"]').click()
    await shot(page, 'custom-window')
    await page.locator('form button').click()
  })
  await asked(/matter=\d\d(&|$)/, () => page.locator('[data-matter="category"]').selectOption({ index: 1 }).then(() => page.waitForTimeout(100)))
  await asked(/matter=\d{4}(&|$)/, () => page.locator('[data-matter="item"]').selectOption({ index: 1 }).then(() => page.waitForTimeout(100)))
  await shot(page, 'filtered')
  assert.deepEqual(errors, [])
  await page.context().close()
})

test('a click shows the chain and its people', async () => {
  const { page, errors } = await signedIn()
  const { x, y } = await centre(page)
  await page.mouse.click(x, y)
  await page.waitForSelector('[data-chain] li')
  await page.waitForSelector('[data-chain] dl dd')
  assert((await page.locator('[data-chain] li').count()) >= 2, 'the chain is shorter than two')
  await idle(page)
  await shot(page, 'place-zh')
  await page.locator('[data-chain] li').last().locator('button').click()
  await page.waitForSelector('[data-chain] li:last-child dl dd')
  assert((await page.locator('[data-chain] a[href^="tel:"]').count()) >= 1, 'nobody answers')
  await page.waitForTimeout(1200)
  await idle(page)
  await shot(page, 'cell-zh')
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('[data-chain]').count(), 0)
  await page.locator('.maplibregl-canvas').focus()
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-chain] li')
  assert.deepEqual(errors, [])
  await page.context().close()
})

test('an area is found by name', async () => {
  const { page, errors } = await signedIn()
  const { x, y } = await centre(page)
  await page.mouse.click(x, y)
  const link = page.locator('[data-chain] li button .name').nth(1)
  const name = await link.innerText()
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.keyboard.type(name)
  await page.waitForSelector('[role=option]')
  await shot(page, 'search')
  await page.keyboard.press('Enter')
  await page.waitForSelector(`[data-chain] .shown :text-is("${name}")`)
  assert.deepEqual(errors, [])
  await page.context().close()
})

test('every zoom has its level', async () => {
  const { page, errors } = await signedIn()
  const at = await middle(page)
  const titles = []
  for (const zoom of [6.5, 8.5, 10.5, 12.5, 14.5]) {
    await jump(page, at, zoom)
    await page.waitForTimeout(500)
    titles.push(await page.locator('.legend h2').innerText())
    await shot(page, `zoom-${zoom}`)
  }
  assert(new Set(titles).size >= 3, `levels do not change with the zoom: ${titles}`)
  assert.deepEqual(errors, [])
  await page.context().close()
})

test('a live report comes in and is shown', async () => {
  const { page, errors } = await signedIn()
  await page.waitForSelector('[data-link=live]')
  const known = new Set(await listed(page))
  if (!fixture) await reportAt(await middle(page))
  const id = await page.waitForFunction((/** @type {string[]} */ old) => {
    const first = document.querySelector('[data-report]')?.getAttribute('data-report')
    return first && !old.includes(first) ? first : null
  }, [...known])
  await page.waitForSelector('.pulse')
  await page.locator(`[data-report="${await id.jsonValue()}"] button`).click()
  await page.waitForSelector('[data-holder]')
  await page.waitForSelector('[data-chain] li')
  await page.waitForTimeout(2000)
  await shot(page, 'report-zh')
  assert.deepEqual(errors, [])
  await page.context().close()
})

/** @param {import('playwright-core').Page} page */
const listed = (page) => page.locator('[data-report]').evaluateAll((l) => l.map((e) => e.getAttribute('data-report') ?? ''))

/** @param {[number, number]} position */
async function reportAt(position) {
  const answer = await fetch(`${base}/v1/reports`, {
    method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ position, accuracy: 10, text: '路灯不亮' }),
  })
  assert.equal(answer.status, 201, await answer.text())
}

test('a wrong token leads to the sign-in box, a right one in', async () => {
  const { page } = await open(browser, `${base}/console#token=wrong`)
  await page.waitForSelector('#token')
  await page.waitForFunction(() => document.querySelector('#complaint')?.textContent)
  assert(!page.url().includes('token'))
  await shot(page, 'sign-in-zh-dark')
  await page.locator('#token').fill(token)
  await page.keyboard.press('Enter')
  await idle(page)
  await page.context().close()
})

test('a lost connection is told and taken up again', { skip: !fixture }, async () => {
  const { page } = await signedIn({ locale: 'en-GB' })
  await page.waitForSelector('[data-link=live]')
  fixture?.cut()
  await page.waitForSelector('[data-banner=lost]')
  await shot(page, 'lost-en')
  await page.waitForSelector('[data-link=live]')
  assert.equal(await page.locator('[data-banner=lost]').count(), 0)
  await page.context().close()
})

test('the light scheme, in English, on a narrow screen', async () => {
  const { page, errors } = await signedIn({ locale: 'en-GB', colorScheme: 'light', viewport: { width: 1280, height: 720 } })
  await page.waitForSelector('[data-class]')
  await page.locator('[data-matter="category"]').selectOption({ index: 1 })
  await page.locator('[data-matter="item"]').selectOption({ index: 1 })
  const { x, y } = await centre(page)
  await page.mouse.click(x + 60, y)
  await page.waitForSelector('[data-chain] dl dd')
  await idle(page)
  await shot(page, 'place-en-light')
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  assert(wide <= 1280, `the page is ${wide} pixels wide`)
  assert.deepEqual(errors, [])
  await page.context().close()
})
