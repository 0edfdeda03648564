import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// In development the pages come from Vite, everything else from this server.
const server = process.env.JINGWEI_URL ?? 'http://127.0.0.1:8080'

// The build empties dist/, which the Go file embeds and git must keep: public/
// holds the .gitkeep that comes back with it.
export default defineConfig({
  base: '/console/',
  plugins: [svelte({ configFile: false })],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1200, // kB; MapLibre is one chunk of about 1 MB
  },
  server: { proxy: { '/v1': server, '/tiles': server, '/styles': server } },
})
