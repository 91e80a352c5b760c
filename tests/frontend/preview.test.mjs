import assert from 'node:assert/strict'
import { test } from 'node:test'

import { spread, tilesOf } from '../../intake/assets/src/visitors/preview.js'

const VTT = `WEBVTT

00:00.000 --> 00:04.000
sprite.jpg#xywh=0,0,160,90

00:04.000 --> 00:08.000
sprite.jpg#xywh=160,0,160,90
`

test('a strip is described by where its tiles are', () => {
  assert.deepEqual(tilesOf(VTT), [[0, 0, 160, 90], [160, 0, 160, 90]])
})

test('what is no description holds no tile', () => {
  assert.deepEqual(tilesOf('<html>404</html>'), [])
})

test('of many tiles some are shown, from the first to the last', () => {
  const tiles = Array.from({ length: 25 }, (_, at) => at)
  assert.deepEqual(spread(tiles, 5), [0, 6, 12, 18, 24])
})

test('few tiles are all shown', () => {
  assert.deepEqual(spread([1, 2, 3], 8), [1, 2, 3])
})
