import assert from 'node:assert/strict'
import { test } from 'node:test'

import { judge, readVideo } from '../../intake/assets/src/senders/precheck.js'
import { clip } from './clips.mjs'

const RULES = {
  min_duration_s: 2,
  max_duration_s: 180,
  max_bytes: 500_000_000,
  min_short_side_px: 240,
  warn_short_side_px: 240,
  max_long_side_px: 4096,
  formats: ['mp4', 'mov'],
}

/** A browser that can play nothing: everything is known from the boxes. */
const cannotPlay = { play: async () => null }

const read = (file) => readVideo(file, cannotPlay)
const reasons = (facts, rules = {}) => judge(facts, { ...RULES, ...rules }).map(({ reason }) => reason)
const about = (actual, expected) => assert.ok(Math.abs(actual - expected) < 0.25, `${actual} is not about ${expected}`)

test('a phone\'s clip is read without playing it: upright, with its length', async () => {
  const facts = await read(await clip('a_small_portrait_clip'))

  about(facts.duration_s, 3)
  assert.deepEqual([facts.type, facts.width_px, facts.height_px, facts.hasSound], ['mov', 240, 320, true])
  assert.deepEqual(reasons(facts), [])
})

test('what browsers cannot play is read all the same', async () => {
  const facts = await read(await clip('an_hdr_clip'))

  about(facts.duration_s, 3)
  assert.equal(facts.isPlayable, false)
  assert.deepEqual(reasons(facts), [])
})

test('the length of a browser\'s recording is that of its fragments', async () => {
  const facts = await read(await clip('a_small_fragmented_clip'))

  about(facts.duration_s, 3)
  assert.deepEqual(reasons(facts), [])
})

test('what was trimmed off on the phone does not count', async () => {
  const facts = await read(await clip('a_trimmed_clip'))

  about(facts.duration_s, 11.5)
})

test('a clip without sound is refused', async () => {
  assert.deepEqual(reasons(await read(await clip('a_clip_without_sound'))), ['no_sound'])
})

test('a clip without picture is refused', async () => {
  assert.deepEqual(reasons(await read(await clip('a_clip_without_picture'))), ['no_picture'])
})

test('a clip that was cut off is refused, also where its index comes first', async () => {
  const whole = await clip('a_streamable_clip')

  assert.deepEqual(reasons(await read(whole)), [])
  assert.deepEqual(reasons(await read(whole.slice(0, whole.size - 1000))), ['incomplete'])
})

test('what is no video is refused whatever its name, and told nothing else', async () => {
  const file = new File(['Ceci n’est pas une vidéo.'], 'video.mp4', { type: 'video/mp4' })

  assert.deepEqual(reasons(await read(file), { max_bytes: 1 }), ['not_a_video'])
})

test('an empty file is no video', async () => {
  assert.deepEqual(reasons(await read(new File([], 'video.mp4'))), ['not_a_video'])
})

test('an index that nobody here can follow refuses nothing', async () => {
  const whole = await clip('a_small_portrait_clip')
  const bytes = new Uint8Array(await whole.arrayBuffer())
  const index = bytes.findIndex((_, at) => String.fromCharCode(...bytes.subarray(at, at + 4)) === 'tkhd')
  bytes.fill(0, index - 4, index + 4)

  assert.deepEqual(reasons(await read(new File([bytes], 'video.mp4'))), [])
})

test('a file that cannot be read refuses nothing', async () => {
  const gone = { size: 5, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }) }

  assert.deepEqual(reasons(await read(gone)), [])
})

test('a long file is read in slices', async () => {
  const whole = await clip('a_streamable_clip')
  let readBytes = 0
  const counting = {
    size: whole.size,
    slice: (start, end) => {
      readBytes += end - start
      return whole.slice(start, end)
    },
  }

  await read(counting)

  assert.ok(readBytes < whole.size / 10, `${readBytes} of ${whole.size}`)
})

const GOOD = { isRead: true, type: 'mp4', isWhole: true, hasPicture: true, hasSound: true, size_bytes: 1, lengths_s: [60], sizes_px: [[1920, 1080]] }

const CASES = {
  'a clip within all limits': [{}, []],
  'too short': [{ lengths_s: [1] }, ['too_short']],
  'too long': [{ lengths_s: [200] }, ['too_long']],
  'as short as allowed, as far as anybody can tell': [{ lengths_s: [1.8] }, []],
  'as long as allowed, as far as anybody can tell': [{ lengths_s: [180.4] }, []],
  'too long by its index, not by its player': [{ lengths_s: [60, 200] }, []],
  'of a length nobody knows': [{ lengths_s: [] }, []],
  'too small': [{ sizes_px: [[176, 144]] }, ['picture_too_small']],
  'too large': [{ sizes_px: [[7680, 4320]] }, ['picture_too_large']],
  'too heavy': [{ size_bytes: 500_000_001 }, ['file_too_large']],
  'in a format this call does not take': [{ type: 'mov' }, ['wrong_format'], { formats: ['mp4'] }],
  'smaller than it could be': [{}, ['picture_small'], { warn_short_side_px: 1440 }],
  'everything at once': [
    { lengths_s: [200], hasSound: false, size_bytes: 500_000_001 },
    ['no_sound', 'too_long', 'file_too_large'],
  ],
}

for (const [name, [facts, expected, rules]] of Object.entries(CASES)) {
  test(`judged: ${name}`, () => assert.deepEqual(reasons({ ...GOOD, ...facts }, rules), expected))
}

test('a small picture invites, everything else refuses', () => {
  const [advice] = judge(GOOD, { ...RULES, warn_short_side_px: 1440 })
  const [refusal] = judge({ ...GOOD, lengths_s: [200] }, RULES)

  assert.deepEqual([advice.verdict, refusal.verdict], ['warn', 'fail'])
})

test('a check has the shape of the API\'s', () => {
  assert.deepEqual(judge({ ...GOOD, lengths_s: [200] }, RULES), [
    { code: 'duration', verdict: 'fail', reason: 'too_long', measured: 200, limit: 180, unit: 's' },
  ])
})
