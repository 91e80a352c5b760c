// Measures sound checks for Python: a JSON list of paths of raw 32-bit samples at 16 kHz in, a line of levels each out.

import { readFileSync } from 'node:fs'

import { measure } from '../../intake/assets/src/senders/hearing.js'

const RATE_HZ = 16000

for (const path of JSON.parse(readFileSync(0))) {
  const bytes = readFileSync(path)
  const samples = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  console.log(JSON.stringify(measure(samples, RATE_HZ, { silence_s: [0.4, 3.1], speech_s: [3.7, 10.4] })))
}
