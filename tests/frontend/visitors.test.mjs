import assert from 'node:assert/strict'
import { test } from 'node:test'

import { resized } from '../../intake/assets/src/visitors/embedding.js'
import { momentAt } from '../../intake/assets/src/visitors/following.js'
import { nextSpeed } from '../../intake/assets/src/visitors/keys.js'
import { isLinePoor } from '../../intake/assets/src/visitors/player.js'

test('a line is poor that brings hardly more than the file needs', () => {
  assert.ok(isLinePoor({ effectiveType: '4g', downlink: 2.2 }, 2))
  assert.ok(!isLinePoor({ effectiveType: '4g', downlink: 2.6 }, 2))
})

test('a line is poor that is slow to answer, or whose owner saves', () => {
  assert.ok(isLinePoor({ effectiveType: '3g', downlink: 10 }, 2))
  assert.ok(isLinePoor({ saveData: true, effectiveType: '4g', downlink: 10 }, 2))
})

test('where the browser tells nothing of its line, it is not poor', () => {
  assert.ok(!isLinePoor(undefined, 2))
})

test('the speed goes up and down by steps, and no further than they go', () => {
  assert.equal(nextSpeed(1, 1), 1.25)
  assert.equal(nextSpeed(1, -1), 0.75)
  assert.equal(nextSpeed(2, 1), 2)
  assert.equal(nextSpeed(0.75, -1), 0.75)
})

test('the transcript is at the last paragraph that has begun', () => {
  const moments = ['0.5', '6.6'].map((at) => ({ dataset: { at } }))
  assert.equal(momentAt(moments, 0.1), null)
  assert.equal(momentAt(moments, 5), moments[0])
  assert.equal(momentAt(moments, 6.58), moments[1])
})

test('lines to be copied take another size, and nothing else', () => {
  const html = '<iframe src="https://x/embed/a" width="640" height="416" title="a width"></iframe>'
  assert.equal(resized(html, '320', '240'), html.replace('640', '320').replace('416', '240'))
})
