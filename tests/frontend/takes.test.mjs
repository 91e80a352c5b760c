import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isFull, recordingType, stepAfter, stepAt } from '../../intake/assets/src/senders/takes.js'

test('H.264 with AAC is recorded where there is a choice', () => {
  assert.match(recordingType(() => true), /avc1.*mp4a/)
})

test('H.264 with Opus is taken where there is no AAC', () => {
  assert.match(recordingType((type) => type.includes('opus')), /avc1.*opus/)
})

test('a browser that records WebM alone records nothing here', () => {
  assert.equal(recordingType((type) => type.startsWith('video/webm')), undefined)
})

test('a take ends before the call\'s maximum', () => {
  assert.equal(isFull(179, { max_duration_s: 180 }), false)
  assert.equal(isFull(179.5, { max_duration_s: 180 }), true)
})

test('arrow keys move through the script and stop at its ends', () => {
  assert.deepEqual(['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'Enter'].map((key) => stepAfter(1, key, 3)), [2, 2, 0, 0, 1])
  assert.deepEqual([stepAfter(2, 'ArrowRight', 3), stepAfter(0, 'ArrowLeft', 3)], [2, 0])
})

test('by itself the script gives each step its time, and stays at the last', () => {
  assert.deepEqual([0, 19.9, 20, 79, 500].map((elapsed_s) => stepAt(elapsed_s, 20, 4)), [0, 0, 1, 3, 3])
})
