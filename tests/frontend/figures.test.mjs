import assert from 'node:assert/strict'
import { test } from 'node:test'

import { clock, duration, megabytes, say } from '../../intake/assets/src/senders/figures.js'

test('sizes are written as the page writes them', () => {
  assert.equal(megabytes(12_345_678, 'it'), '12,3 MB')
  assert.equal(megabytes(500_000_000, 'en'), '500 MB')
})

test('lengths are written as the page writes them', () => {
  assert.deepEqual([8.24, 45, 59.99, 60, 125.4, 179.6].map((seconds) => duration(seconds, 'it')), [
    '8,2 s', '45 s', '60 s', '1 min', '2 min 5 s', '3 min',
  ])
})

test('a clock counts whole seconds', () => {
  assert.deepEqual([0, 9.99, 65, 600].map(clock), ['0:00', '0:09', '1:05', '10:00'])
})

test('a sentence holds both figures, each with its unit', () => {
  const check = { reason: 'too_long', measured: 200.04, limit: 180, unit: 's' }

  assert.equal(say(check, { too_long: 'Dura {measured}; il massimo è {limit}.' }, 'it'), 'Dura 3 min 20 s; il massimo è 3 min.')
})

test('a sentence without figures is said as it is', () => {
  assert.equal(say({ reason: 'no_sound', measured: null, limit: null, unit: null }, { no_sound: 'Manca l\'audio.' }, 'it'), 'Manca l\'audio.')
})
