import assert from 'node:assert/strict'
import { test } from 'node:test'

import { delayAfter } from '../../intake/assets/src/senders/refresh.js'

test('the first look comes after two seconds', () => {
  assert.equal(delayAfter(0), 2)
})

test('each look that brings nothing new is followed by a longer wait', () => {
  assert.ok(delayAfter(3) > delayAfter(2))
})

test('nobody waits longer than half a minute', () => {
  assert.equal(delayAfter(1000), 30)
})
