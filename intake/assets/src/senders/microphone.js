// The only place that asks for the microphone and the camera, and that reads a level off them.

import { level } from './hearing.js'

// The sound as it is: what suppresses noise would hide it from the check. Chromium's gain control lifted a room by 14 dB
// for the first three seconds, measured, which is all the silence there is; publication brings every clip to one loudness.
const SOUND = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 }, facingMode: 'user' }

const QUIETEST_DBFS = -60
const METER_EVERY_MS = 100
const TROUBLES = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

/** The browser gives no sound or picture; `trouble` says why, in a word that the page has a sentence for. */
export class NoDevice extends Error {
  constructor(trouble) {
    super(trouble)
    this.trouble = trouble
  }
}

/** Ask for the microphone, and for the camera too. Throws `NoDevice`. */
export async function openDevices({ camera }) {
  // Absent where the page did not come over https.
  if (!navigator.mediaDevices?.getUserMedia) throw new NoDevice('unable')
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: SOUND, video: camera && PICTURE })
  } catch (error) {
    throw new NoDevice(TROUBLES[error.name] ?? 'unable')
  }
}

/** Let every device of *stream* go, so that its lamp goes out. */
export function closeDevices(stream) {
  stream?.getTracks().forEach((track) => track.stop())
}

/** Show the level of *stream* in *meter*, from 0 to 1, and hand each value in dBFS to *onLevel*. Returns what stops it. */
export function watchLevel(stream, meter, onLevel = () => {}) {
  const context = new AudioContext()
  const analyser = new AnalyserNode(context, { fftSize: 4096 })
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const dbfs = level(samples)
    meter.value = Math.min(Math.max(1 - dbfs / QUIETEST_DBFS, 0), 1)
    onLevel(dbfs)
  }, METER_EVERY_MS)
  return () => {
    clearInterval(timer)
    meter.value = 0
    context.close()
  }
}
