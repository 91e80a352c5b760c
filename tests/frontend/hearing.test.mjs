import assert from 'node:assert/strict'
import { test } from 'node:test'

import { integratedLoudness, level, measure } from '../../intake/assets/src/senders/hearing.js'
import { judgeSound, loudnessWord } from '../../intake/assets/src/senders/soundcheck.js'

const RATE_HZ = 48000
const STRETCHES = { silence_s: [0.4, 3.1], speech_s: [3.7, 10.4] }

const LIMITS = {
  silent_lufs: -60,
  very_quiet_lufs: -45,
  quiet_lufs: -33,
  min_speech_s: 2,
  clipped_ratio: 1e-4,
  badly_clipped_ratio: 1e-2,
  very_noisy_db: 10,
  noisy_db: 18,
}

const amplitude = (dbfs) => 10 ** (dbfs / 20)
const about = (actual, expected, tolerance) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`)

function sound(seconds, sample, rate_hz = RATE_HZ) {
  return Float32Array.from({ length: seconds * rate_hz }, (_, at) => sample(at / rate_hz, at))
}

const tone = (dbfs, hertz) => (s) => amplitude(dbfs) * Math.sin(2 * Math.PI * hertz * s)

/** White noise of *dbfs*, the same at every run. */
function noise(dbfs) {
  let state = 1
  return () => {
    state = (state * 48271) % 2147483647
    return amplitude(dbfs) * Math.sqrt(3) * ((2 * state) / 2147483647 - 1)
  }
}

/** Ten seconds: a room of *room_dbfs*, and from 3.4 s on a voice of *voice_dbfs* that pauses between its syllables. */
function soundCheck({ room_dbfs, voice_dbfs }) {
  const [room, voice] = [noise(room_dbfs), tone(voice_dbfs + 3.01, 300)]
  const isSpoken = (s) => s > 3.4 && s % 0.5 < 0.35
  return sound(10.4, (s) => room() + (isSpoken(s) ? voice(s) : 0))
}

const heard = (parts) => measure(soundCheck(parts), RATE_HZ, STRETCHES)
const verdict = (parts) => judgeSound(heard(parts), LIMITS)

for (const rate_hz of [16000, 44100, 48000]) {
  test(`a tone of −23 dBFS is −23 LUFS loud at ${rate_hz} Hz, as in EBU Tech 3341, case 1`, () => {
    about(integratedLoudness(sound(20, tone(-23, 1000), rate_hz), rate_hz), -23, 0.1)
  })
}

test('quiet stretches do not count, as in EBU Tech 3341, case 3', () => {
  const parts = [[10, -36], [60, -23], [10, -36]]
  const samples = Float32Array.from(parts.flatMap(([seconds, dbfs]) => [...sound(seconds, tone(dbfs, 1000))]))

  about(integratedLoudness(samples, RATE_HZ), -23, 0.1)
})

test('low notes count less than high ones', () => {
  const [low, high] = [50, 4000].map((hertz) => integratedLoudness(sound(3, tone(-23, hertz)), RATE_HZ))

  assert.ok(low < -23.5)
  assert.ok(high > -21)
})

test('digital silence has no loudness', () => {
  assert.equal(integratedLoudness(sound(3, () => 0), RATE_HZ), null)
})

for (const ratio_db of [5, 10, 20, 30]) {
  test(`a voice ${ratio_db} dB over its room is measured so`, () => {
    about(heard({ room_dbfs: -30 - ratio_db, voice_dbfs: -30 }).speech_to_noise_db, ratio_db, 1.5)
  })
}

test('a knock on the table does not make a room noisy', () => {
  const samples = soundCheck({ room_dbfs: -60, voice_dbfs: -30 })
  samples.fill(0.5, 1.5 * RATE_HZ, 1.52 * RATE_HZ)

  about(measure(samples, RATE_HZ, STRETCHES).speech_to_noise_db, 30, 1.5)
})

test('the share of samples at full scale is counted', () => {
  const samples = sound(10.4, () => 0.1)
  samples.fill(1, 0, 4992)

  about(measure(samples, RATE_HZ, STRETCHES).clipped_ratio, 0.01, 0.0001)
})

const VERDICTS = {
  fine: { room_dbfs: -60, voice_dbfs: -26 },
  noisy: { room_dbfs: -41, voice_dbfs: -26 },
  very_noisy: { room_dbfs: -32, voice_dbfs: -26 },
  quiet: { room_dbfs: -75, voice_dbfs: -41 },
  very_quiet: { room_dbfs: -85, voice_dbfs: -52 },
  silent: { room_dbfs: -90, voice_dbfs: -90 },
  no_speech: { room_dbfs: -50, voice_dbfs: -90 },
  badly_clipped: { room_dbfs: -60, voice_dbfs: 3 },
}

for (const [reason, parts] of Object.entries(VERDICTS)) {
  test(`a voice of ${parts.voice_dbfs} dBFS in a room of ${parts.room_dbfs} dBFS: ${reason}`, () => {
    assert.equal(verdict(parts), reason)
  })
}

test('muted pauses leave nothing to compare, and nothing to complain of', () => {
  const levels = heard({ room_dbfs: -200, voice_dbfs: -26 })

  assert.equal(levels.speech_to_noise_db, null)
  assert.equal(judgeSound(levels, LIMITS), 'fine')
})

test('the meter shows decibels below full scale', () => {
  about(level(sound(1, tone(-20, 1000))), -23, 0.1)
})

test('the word for a level is that of the loudest of the last moments: people pause', () => {
  const word = loudnessWord(LIMITS)

  assert.deepEqual([-70, -40, -20, -70, -1].map(word), ['nothing', 'quiet', 'good', 'good', 'loud'])
})

test('after a while without a word nobody is heard any more', () => {
  const word = loudnessWord(LIMITS)
  word(-20)

  assert.equal(Array.from({ length: 20 }, () => word(-70)).at(-1), 'nothing')
})
