// What the editor of captions does with times, texts and neighbours.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  add,
  balanced,
  clock,
  judge,
  merge,
  parseClock,
  place,
  split,
  writeVtt,
} from '../../intake/assets/src/moderators/cues.js'

const LIMITS = { lines: 2, characters: 37, charactersPerS: 17, shownMs: 833 }
const cue = (start_ms, end_ms, text = 'Ciao') => ({ start_ms, end_ms, text })

test('times are written as people read them', () => {
  assert.equal(clock(0), '0:00.000')
  assert.equal(clock(62_345), '1:02.345')
  assert.equal(clock(3_723_004), '1:02:03.004')
})

test('times are read as people type them', () => {
  assert.equal(parseClock('1:02.345'), 62_345)
  assert.equal(parseClock(' 00:01:02.345 '), 62_345)
  assert.equal(parseClock('12,5'), 12_500)
  assert.equal(parseClock('90'), 90_000)
})

test('what is no time is none', () => {
  for (const text of ['', 'subito', '1:75', '-3', '1:2:3:4', '12.3456']) assert.equal(parseClock(text), null)
})

test('captions are written as the server reads them', () => {
  assert.equal(
    writeVtt([cue(1000, 3500, ' A & <b>\n\n --> C '), cue(4000, 5000, '  ')]),
    'WEBVTT\n\n00:00:01.000 --> 00:00:03.500\nA &amp; &lt;b&gt;\n--&gt; C\n',
  )
  assert.equal(writeVtt([cue(3_723_004, 3_724_000)]), 'WEBVTT\n\n01:02:03.004 --> 01:02:04.000\nCiao\n')
})

test('captions without a word are no captions', () => {
  assert.equal(writeVtt([cue(0, 1000, '')]), '')
})

test('a caption that can be read needs no advice', () => {
  assert.deepEqual(judge(cue(0, 2000, 'Mi chiamo Anna.\nSono qui.'), LIMITS), {
    counts: [15, 9],
    speed: 12.5,
    advice: [],
  })
})

test('what makes a caption hard to read is told', () => {
  assert.deepEqual(judge(cue(0, 500, 'a\nb\nc'), LIMITS).advice, ['too_many_lines', 'too_brief'])
  assert.deepEqual(judge(cue(0, 1000, 'x'.repeat(38)), LIMITS).advice, ['line_too_long', 'too_fast'])
})

test('an accent made of two signs and a face count once where they are one', () => {
  assert.deepEqual(judge(cue(0, 2000, '😀'), LIMITS).counts, [1])
})

test('a long text is broken into lines of much the same length', () => {
  assert.equal(
    balanced('Da tre anni ripariamo biciclette con i ragazzi.', 37),
    'Da tre anni ripariamo\nbiciclette con i ragazzi.',
  )
})

test('a caption that is moved makes its neighbours give way', () => {
  const cues = [cue(0, 2000), cue(2000, 4000), cue(4000, 6000)]

  const moved = place(cues, 1, { start_ms: 1500, end_ms: 4500 })

  assert.deepEqual(moved, [cue(0, 1500), cue(1500, 4500), cue(4500, 6000)])
  assert.deepEqual(cues[0], cue(0, 2000))
})

test('a caption cannot be moved beyond its neighbours, nor end before it starts', () => {
  const cues = [cue(1000, 2000), cue(2000, 4000)]

  assert.equal(place(cues, 1, { start_ms: 900 }), null)
  assert.equal(place(cues, 0, { end_ms: 4000 }), null)
  assert.equal(place(cues, 1, { start_ms: 4000 }), null)
})

test('a caption is split at the cursor, in time where the video is or in proportion', () => {
  const cues = [cue(0, 4000, 'Uno due tre quattro')]

  assert.deepEqual(split(cues, 0, 8, 1000, 37), [cue(0, 1000, 'Uno due'), cue(1000, 4000, 'tre quattro')])
  assert.deepEqual(split(cues, 0, 8, 9000, 37), [cue(0, 1556, 'Uno due'), cue(1556, 4000, 'tre quattro')])
  assert.equal(split(cues, 0, 0, 1000, 37), null)
})

test('two captions become one', () => {
  assert.deepEqual(merge([cue(0, 1000, 'Uno'), cue(1500, 3000, 'due')], 0, 37), [cue(0, 3000, 'Uno due')])
  assert.equal(merge([cue(0, 1000)], 0, 37), null)
})

test('a new caption finds room where the video is', () => {
  assert.deepEqual(add([], 500), { cues: [cue(500, 2500, '')], at: 0 })
  assert.deepEqual(add([cue(0, 1000), cue(2000, 3000)], 500), {
    cues: [cue(0, 1000), cue(1000, 2000, ''), cue(2000, 3000)],
    at: 1,
  })
})

test('a new caption goes behind those that leave no room', () => {
  assert.equal(add([cue(0, 1000), cue(1000, 2000)], 0).at, 2)
})
