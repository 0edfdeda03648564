// Reads an archive with the decoder of PMTiles' own authors: prints its header and
// description, then for each line z/x/y on stdin the SHA-256 of the tile there,
// unpacked, or none.
//
// usage: node pmtiles.mjs FILE
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { PMTiles } from 'pmtiles'

const name = process.argv[2] ?? ''
const file = await open(name)
const archive = new PMTiles({
  getKey: () => name,
  getBytes: async (offset, length) => {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset)
    return { data: buffer.buffer.slice(0, bytesRead) }
  },
})
console.log(JSON.stringify({ header: await archive.getHeader(), about: await archive.getMetadata() }))
for await (const line of createInterface({ input: process.stdin })) {
  const [z = 0, x = 0, y = 0] = line.split('/').map(Number)
  const tile = await archive.getZxy(z, x, y)
  console.log(tile ? createHash('sha256').update(new Uint8Array(tile.data)).digest('hex') : 'none')
}
await file.close()
