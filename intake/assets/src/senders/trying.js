// The sound check: some silence, a sentence read aloud, and what that says about the room. Nothing leaves the browser.

import { measure } from './hearing.js'
import { NoDevice, closeDevices, openDevices, watchLevel } from './microphone.js'
import { judgeSound } from './soundcheck.js'
import { obey, showStage, showTrouble, wait, whenOver } from './stages.js'

// Microphones begin with a click, and nobody falls silent or begins to speak at once.
const SETTLE_S = 0.4
const SILENCE_S = 3
const READING_S = 7
const REACTION_S = 0.3

const RATE_HZ = 48000
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']
// Below 64 kbit/s the codec takes noise away that would be in the video.
const BIT_RATE_BPS = 128000

/** Let *dialog* try the sound of the room, by the limits and sentences of *sound*. Returns what opens it. */
export function soundCheck(dialog, sound) {
  let stop = () => {}

  const begin = async () => {
    showStage(dialog, 'opening')
    let stream
    const isOver = new Promise((over) => {
      stop = () => over(true)
    })
    try {
      stream = await openDevices({ camera: false })
      const recording = await Promise.race([isOver, listen(dialog, stream)])
      if (recording !== true) showVerdict(dialog, sound, await levelsOf(recording))
    } catch (error) {
      // A DOMException is a recording that this browser cannot make or read.
      if (!(error instanceof NoDevice || error instanceof DOMException)) throw error
      showTrouble(dialog, error.trouble ?? 'unable')
    } finally {
      closeDevices(stream)
    }
  }

  obey(dialog, { begin, close: () => dialog.close() })
  whenOver(dialog, () => stop())
  return () => {
    showStage(dialog, 'idle')
    dialog.showModal()
  }
}

/** Go through silence and reading; returns what was recorded. */
async function listen(dialog, stream) {
  const meter = dialog.querySelector('[data-level]')
  const recorder = new MediaRecorder(stream, { mimeType: TYPES.find(canRecord), audioBitsPerSecond: BIT_RATE_BPS })
  const pieces = []
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data))
  const isRecorded = new Promise((recorded) => recorder.addEventListener('stop', recorded))
  const stopWatching = watchLevel(stream, meter)
  const stopCounting = countTime(dialog.querySelector('[data-time]'))
  try {
    recorder.start()
    // No live region speaks now: a screen reader's voice would be measured as the room.
    showStage(dialog, 'silence')
    await wait(SETTLE_S + SILENCE_S)
    showStage(dialog, 'reading')
    await wait(READING_S)
  } finally {
    stopWatching()
    stopCounting()
    if (recorder.state !== 'inactive') recorder.stop()
  }
  await isRecorded
  return new Blob(pieces, { type: recorder.mimeType })
}

const canRecord = (type) => MediaRecorder.isTypeSupported(type)

function countTime(progress) {
  const began = performance.now()
  progress.max = SETTLE_S + SILENCE_S + READING_S
  const timer = setInterval(() => {
    progress.value = (performance.now() - began) / 1000
  }, 100)
  return () => clearInterval(timer)
}

async function levelsOf(recording) {
  const context = new OfflineAudioContext(1, 1, RATE_HZ)
  const heard = await context.decodeAudioData(await recording.arrayBuffer())
  const end = SETTLE_S + SILENCE_S
  return measure(heard.getChannelData(0), heard.sampleRate, {
    silence_s: [SETTLE_S, end - REACTION_S],
    speech_s: [end + REACTION_S, heard.duration],
  })
}

function showVerdict(dialog, sound, levels) {
  const reason = judgeSound(levels, sound.limits)
  const verdict = dialog.querySelector('[data-verdict]')
  verdict.classList.toggle('note-good', reason === 'fine')
  verdict.dataset.verdict = reason
  showStage(dialog, 'verdict')
  verdict.querySelector('[data-words]').textContent = sound.sentences[reason]
}
