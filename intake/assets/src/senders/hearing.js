// The only place in the browser that measures sound: loudness, a room against the voice in it, and clipping.
// Pure: numbers in, numbers out. The workers measure more, and with a voice detector; here it is known who is silent when.
//
// Source: ITU-R BS.1770-5 (loudness); `docs/measuring.md` (the rest).

const ABSOLUTE_GATE_LUFS = -70
const RELATIVE_GATE_LU = -10
const BLOCK_S = 0.4
const OVERLAP = 4

// One microphone is heard from both loudspeakers; the workers count it so.
const CHANNELS_HEARD = 2
const LOUDNESS_OFFSET = -0.691

const NEAR_FULL_SCALE = 0.99
const STEP_S = 0.01
const HIGH_PASS_HZ = 100
const LOUDEST_OVER_MEDIAN = 10 ** 0.6
const LOUD_SHARE = 0.95
const SPOKEN_BELOW_LOUD = 10 ** -2.5
const SPOKEN_ABOVE_NOISE = 2
const SMOOTHED_STEPS = 5
const MUTED = 10 ** -9.5
const [LOWEST_DB, HIGHEST_DB] = [-20, 60]

/**
 * Measure a sound check: *samples* of one channel, full scale being 1, of which the stretch *silence_s* is the room alone
 * and the stretch *speech_s* somebody who reads aloud; both `[start, end]` in seconds.
 *
 * Returns levels under the names of the API; null where nothing can be said.
 */
export function measure(samples, rate_hz, { silence_s, speech_s }) {
  const voice = highPass(samples, rate_hz)
  const room = stepPowers(cut(voice, rate_hz, silence_s), rate_hz)
  const reading = stepPowers(cut(voice, rate_hz, speech_s), rate_hz)
  const noise = roomPower(room)
  const spoken = spokenSteps(reading, noise)
  return {
    integrated_lufs: integratedLoudness(samples, rate_hz),
    clipped_ratio: share(samples, (sample) => Math.abs(sample) >= NEAR_FULL_SCALE),
    noise_floor_dbfs: noise > MUTED ? decibel(noise) : null,
    speech_s: spoken.length * STEP_S,
    speech_to_noise_db: speechToNoise(spoken, noise),
  }
}

/** Loudness of one channel as it is heard from two loudspeakers, in LUFS; null where all of it is silence. */
export function integratedLoudness(samples, rate_hz) {
  const powers = blockPowers(kWeighted(samples, rate_hz), rate_hz).filter((power) => lufs(power) > ABSOLUTE_GATE_LUFS)
  if (powers.length === 0) return null
  const gate = lufs(mean(powers)) + RELATIVE_GATE_LU
  return lufs(mean(powers.filter((power) => lufs(power) > gate)))
}

/** Level of a short piece in dBFS, for a meter. */
export function level(samples) {
  return decibel(Math.max(mean(samples.map((sample) => sample * sample)), 1e-12))
}

const decibel = (power) => 10 * Math.log10(power)
const lufs = (power) => LOUDNESS_OFFSET + decibel(CHANNELS_HEARD * power)
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const share = (values, is) => values.reduce((count, value) => count + is(value), 0) / values.length

function cut(samples, rate_hz, [start_s, end_s]) {
  return samples.subarray(Math.round(start_s * rate_hz), Math.round(end_s * rate_hz))
}

function blockPowers(samples, rate_hz) {
  const hop = Math.round((BLOCK_S / OVERLAP) * rate_hz)
  const hops = stepPowers(samples, rate_hz, hop)
  return Array.from({ length: Math.max(hops.length - OVERLAP + 1, 0) }, (_, at) => mean(hops.slice(at, at + OVERLAP)))
}

function stepPowers(samples, rate_hz, size = Math.round(STEP_S * rate_hz)) {
  return Array.from({ length: Math.floor(samples.length / size) }, (_, step) => {
    let sum = 0
    for (let at = step * size; at < (step + 1) * size; at += 1) sum += samples[at] ** 2
    return sum / size
  })
}

function quantile(values, at) {
  return [...values].sort((one, other) => one - other)[Math.floor(at * (values.length - 1))] ?? 0
}

/** Mean power of the room; a knock counts no more than as loud. */
function roomPower(steps) {
  const most = quantile(steps, 0.5) * LOUDEST_OVER_MEDIAN
  return steps.length ? mean(steps.map((power) => Math.min(power, most))) : 0
}

/** The steps in which somebody speaks: not far below the loud ones, and above the room. */
function spokenSteps(steps, noise) {
  const smooth = steps.map((_, at) => mean(steps.slice(Math.max(at - SMOOTHED_STEPS, 0), at + SMOOTHED_STEPS + 1)))
  const least = Math.max(quantile(smooth, LOUD_SHARE) * SPOKEN_BELOW_LOUD, noise * SPOKEN_ABOVE_NOISE, MUTED)
  return steps.filter((_, at) => smooth[at] > least)
}

function speechToNoise(spoken, noise) {
  if (spoken.length === 0 || noise <= MUTED) return null
  const both = mean(spoken)
  return Math.min(Math.max(decibel(Math.max(both - noise, both / 100) / noise), LOWEST_DB), HIGHEST_DB)
}

function kWeighted(samples, rate_hz) {
  return filtered(filtered(samples, headFilter(rate_hz)), lowCut(rate_hz, 38.13547087602444, 0.5003270373238773, 1))
}

// The standard gives 48 kHz only. Source for any rate: Brecht De Man, "Evaluation of Implementations of the EBU R128
// Loudness Measurement" (AES 2018).
/** The first stage, a shelf as a head makes it. */
function headFilter(rate_hz) {
  const [corner_hz, gain_db, q] = [1681.974450955533, 3.999843853973347, 0.7071752369554196]
  const k = Math.tan((Math.PI * corner_hz) / rate_hz)
  const high = 10 ** (gain_db / 20)
  const band = high ** 0.4996667741545416
  const a0 = 1 + k / q + k * k
  return {
    b: [(high + (band * k) / q + k * k) / a0, (2 * (k * k - high)) / a0, (high - (band * k) / q + k * k) / a0],
    a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0],
  }
}

/** A high-pass of the second order; BS.1770's own is not scaled to 0 dB, which *gain* undoes. */
function lowCut(rate_hz, corner_hz, q, gain) {
  const k = Math.tan((Math.PI * corner_hz) / rate_hz)
  const a0 = 1 + k / q + k * k
  return { b: [gain, -2 * gain, gain], a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0] }
}

function highPass(samples, rate_hz) {
  const k = Math.tan((Math.PI * HIGH_PASS_HZ) / rate_hz)
  return filtered(samples, lowCut(rate_hz, HIGH_PASS_HZ, Math.SQRT1_2, 1 / (1 + k * Math.SQRT2 + k * k)))
}

function filtered(samples, { b, a }) {
  const out = new Float32Array(samples.length)
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  for (let at = 0; at < samples.length; at += 1) {
    const x = samples[at]
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
    ;[x2, x1, y2, y1] = [x1, x, y1, y]
    out[at] = y
  }
  return out
}
