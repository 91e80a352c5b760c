// The only place that turns `src/` into what browsers get: `intake/static/dist/`, with a hash in every name, and
// `manifest.json`, by which templates find them ({"submit.css": "submit-AB12CD34.css"}). What is text lies there
// compressed as well, for browsers that read that: `.br` and `.gz`.

import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

import esbuild from 'esbuild'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '..', 'static', 'dist')

const entryPoints = [
  ...['submit.scss', 'submit.js', 'moderate.scss', 'moderate.js', 'gallery.scss', 'gallery.js'],
  ...['embed.scss', 'embed.js', 'video-testimonials.js', 'icon.svg'],
]

const compileSass = {
  name: 'sass',
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, async ({ path }) => {
      const { css, loadedUrls } = await sass.compileAsync(path, {
        loadPaths: [join(here, 'node_modules')],
        // Bootstrap Italia 2 is written with @import; its warnings are its own to mend.
        quietDeps: true,
        silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
      })
      return { contents: css, loader: 'css', resolveDir: here, watchFiles: loadedUrls.map(fileURLToPath) }
    })
  },
}

await rm(target, { recursive: true, force: true })
const { metafile } = await esbuild.build({
  absWorkingDir: here,
  entryPoints: entryPoints.map((name) => join('src', name)),
  outdir: target,
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  metafile: true,
  format: 'esm',
  // What few people need (Uppy, the recorder) is a file of its own, fetched when they ask for it.
  splitting: true,
  chunkNames: '[name]-[hash]',
  target: ['chrome100', 'firefox100', 'safari15'],
  loader: { '.woff2': 'file', '.svg': 'copy' },
  plugins: [compileSass],
  logLevel: 'warning',
})

const manifest = {}
for (const output of Object.keys(metafile.outputs).sort()) {
  const built = relative(target, join(here, output))
  manifest[built.replace(/-[A-Z0-9]{8}(\.\w+)$/, '$1')] = built
}
await writeFile(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)

// Pieces that several scripts share have no name of their own in the manifest; scripts find them by themselves.
for (const built of Object.keys(metafile.outputs).map((output) => relative(target, join(here, output))).sort()) {
  const bytes = await readFile(join(target, built))
  let sent = bytes.length
  if (!built.endsWith('.woff2')) {
    const smallest = brotliCompressSync(bytes)
    await writeFile(join(target, `${built}.br`), smallest)
    await writeFile(join(target, `${built}.gz`), gzipSync(bytes, { level: 9 }))
    sent = smallest.length
  }
  console.log(`${basename(built).padEnd(52)} ${String(sent).padStart(7)} bytes sent`)
}
