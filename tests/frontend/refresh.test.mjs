import assert from 'node:assert/strict'
import { test } from 'node:test'

import { delayAfter } from '../../intake/assets/src/senders/refresh.js'

test('the first look comes after two seconds', () => {
  assert.equal(delayAfter(0), 2)
})

test('each look that brings nothing new is followed by a longer wait', () => {
  assert.ok(delayAfter(3) > delayAfter(2))
})

test('who waits for people looks less often than who waits for machines', () => {
  assert.ok(delayAfter(0, { isWorking: false }) > delayAfter(0))
  assert.equal(delayAfter(1000, { isWorking: false }), 120)
})

test('nobody waits for a machine longer than half a minute', () => {
  assert.equal(delayAfter(1000), 30)
})
