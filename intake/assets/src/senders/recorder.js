// The recorder for desks: preview, script, countdown, clock, level, another take. On phones the camera app is better.

import { clock, say } from './figures.js'
import { NoDevice, closeDevices, openDevices, watchLevel } from './microphone.js'
import { judge, readVideo } from './precheck.js'
import { prompter } from './prompter.js'
import { loudnessWord } from './soundcheck.js'
import { obey, showStage, showTrouble, wait, whenOver } from './stages.js'
import { isFull, recordingType } from './takes.js'

const COUNT_FROM = 3
const BIT_RATES = { videoBitsPerSecond: 2_500_000, audioBitsPerSecond: 128_000 }
// In pieces, so that a camera that is pulled out leaves what was recorded.
const PIECE_MS = 1000

/**
 * Let *dialog* record a video by *beforehand* (rules, sentences, limits) and hand it to *onUse*. Returns what opens it.
 */
export function recorder(dialog, beforehand, onUse) {
  const part = (name) => dialog.querySelector(`[data-${name}]`)
  const script = prompter(dialog)
  const language = document.documentElement.lang
  let stream = null
  let recording = null
  let take = null
  let starts = 0
  let stopWatching = () => {}

  const open = async () => {
    if (!dialog.open) dialog.showModal()
    showStage(dialog, 'opening')
    const isRecordable = window.MediaRecorder && recordingType((type) => MediaRecorder.isTypeSupported(type))
    if (!isRecordable) return showTrouble(dialog, 'unable')
    try {
      stream = await openDevices({ camera: true })
    } catch (error) {
      if (!(error instanceof NoDevice)) throw error
      return showTrouble(dialog, error.trouble)
    }
    // Closed while the browser was asking.
    if (!dialog.open) return release()
    return prepare()
  }

  const prepare = () => {
    part('seen').srcObject = stream
    part('elapsed').textContent = clock(0)
    const word = loudnessWord(beforehand.sound.limits)
    stopWatching = watchLevel(stream, part('level'), (dbfs) => showWord(part('level-words'), word(dbfs)))
    script.begin()
    showStage(dialog, 'ready')
  }

  const start = async () => {
    // Whoever stops a count and starts another has one, not two.
    const mine = (starts += 1)
    showStage(dialog, 'counting')
    for (let left = COUNT_FROM; left > 0; left -= 1) {
      part('count').textContent = left
      await wait(1)
      if (dialog.dataset.stage !== 'counting' || starts !== mine) return
    }
    record()
  }

  const record = () => {
    const mimeType = recordingType((type) => MediaRecorder.isTypeSupported(type))
    const pieces = []
    recording = new MediaRecorder(stream, { mimeType, ...BIT_RATES })
    recording.addEventListener('dataavailable', ({ data }) => pieces.push(data))
    recording.addEventListener('stop', () => review(new File(pieces, part('name').dataset.name, { type: 'video/mp4' })))
    recording.start(PIECE_MS)
    const began = performance.now()
    const timer = setInterval(() => {
      const elapsed_s = (performance.now() - began) / 1000
      if (recording.state === 'inactive') return clearInterval(timer)
      part('elapsed').textContent = clock(elapsed_s)
      script.keepTime(elapsed_s)
      if (isFull(elapsed_s, beforehand.rules)) stop()
    }, 100)
    showStage(dialog, 'recording')
  }

  const stop = () => recording?.state === 'recording' && recording.stop()

  const review = async (file) => {
    release()
    if (!dialog.open) return
    take = file
    const facts = await readVideo(file)
    const refusals = judge(facts, beforehand.rules).filter(({ verdict }) => verdict === 'fail')
    part('take').src = URL.createObjectURL(file)
    part('refusal').textContent = refusals.map((check) => say(check, beforehand.sentences, language)).join(' ')
    showStage(dialog, refusals.length ? 'unfit' : 'review')
  }

  const again = () => {
    forget()
    open()
  }

  const use = () => {
    const file = take
    forget()
    dialog.close()
    onUse(file)
  }

  const forget = () => {
    take = null
    URL.revokeObjectURL(part('take').src)
    part('take').removeAttribute('src')
  }

  const release = () => {
    stopWatching()
    stopWatching = () => {}
    closeDevices(stream)
    stream = null
    part('seen').srcObject = null
  }

  const close = () => {
    const wouldLose = recording?.state === 'recording' || take !== null
    if (!wouldLose || confirm(dialog.dataset.loses)) dialog.close()
  }

  obey(dialog, { open, start, stop, again, use, close, cancel: () => showStage(dialog, 'ready') })
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    close()
  })
  whenOver(dialog, () => {
    showStage(dialog, 'closed')
    stop()
    release()
    forget()
  })
  return open
}

function showWord(words, name) {
  const text = words.dataset[name]
  if (words.textContent !== text) words.textContent = text
}
