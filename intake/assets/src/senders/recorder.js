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
const LOOK_MS = 100

/**
 * Let *dialog* record a video by *beforehand* (rules, sentences, limits) and hand it to *onUse*. Returns what opens it.
 */
export function recorder(dialog, beforehand, onUse) {
  const desk = new Recorder(dialog, beforehand, onUse)
  return () => desk.open()
}

class Recorder {
  #stream = null
  #recording = null
  #take = null
  #starts = 0
  #stopWatching = () => {}

  constructor(dialog, beforehand, onUse) {
    this.dialog = dialog
    this.beforehand = beforehand
    this.onUse = onUse
    this.script = prompter(dialog)
    obey(dialog, {
      open: () => this.open(),
      start: () => this.#count(),
      stop: () => this.#stop(),
      again: () => this.#again(),
      use: () => this.#use(),
      close: () => this.#close(),
      cancel: () => this.#show('ready'),
    })
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault()
      this.#close()
    })
    whenOver(dialog, () => this.#end())
  }

  async open() {
    if (!this.dialog.open) this.dialog.showModal()
    this.#show('opening')
    const isRecordable = window.MediaRecorder && recordingType(isSupported)
    if (!isRecordable) return showTrouble(this.dialog, 'unable')
    try {
      this.#stream = await openDevices({ camera: true })
    } catch (error) {
      if (!(error instanceof NoDevice)) throw error
      return showTrouble(this.dialog, error.trouble)
    }
    // Closed while the browser was asking.
    if (!this.dialog.open) return this.#release()
    return this.#prepare()
  }

  #prepare() {
    this.#part('seen').srcObject = this.#stream
    this.#part('elapsed').textContent = clock(0)
    const word = loudnessWord(this.beforehand.sound.limits)
    const showLevel = (dbfs) => showWord(this.#part('level-words'), word(dbfs))
    this.#stopWatching = watchLevel(this.#stream, this.#part('level'), showLevel)
    this.script.begin()
    this.#show('ready')
  }

  async #count() {
    // Whoever stops a count and starts another has one, not two.
    const mine = (this.#starts += 1)
    this.#show('counting')
    for (let left = COUNT_FROM; left > 0; left -= 1) {
      this.#part('count').textContent = left
      await wait(1)
      if (this.dialog.dataset.stage !== 'counting' || this.#starts !== mine) return
    }
    this.#record()
  }

  #record() {
    const pieces = []
    const name = this.#part('name').dataset.name
    this.#recording = new MediaRecorder(this.#stream, { mimeType: recordingType(isSupported), ...BIT_RATES })
    this.#recording.addEventListener('dataavailable', ({ data }) => pieces.push(data))
    this.#recording.addEventListener('stop', () => this.#review(new File(pieces, name, { type: 'video/mp4' })))
    this.#recording.start(PIECE_MS)
    this.#keepTime(this.#recording)
    this.#show('recording')
  }

  #keepTime(recording) {
    const began = performance.now()
    const timer = setInterval(() => {
      const elapsed_s = (performance.now() - began) / 1000
      if (recording.state === 'inactive') return clearInterval(timer)
      this.#part('elapsed').textContent = clock(elapsed_s)
      this.script.keepTime(elapsed_s)
      if (isFull(elapsed_s, this.beforehand.rules)) this.#stop()
    }, LOOK_MS)
  }

  #stop() {
    if (this.#recording?.state === 'recording') this.#recording.stop()
  }

  async #review(file) {
    this.#release()
    if (!this.dialog.open) return
    this.#take = file
    const { rules, sentences } = this.beforehand
    const refusals = judge(await readVideo(file), rules).filter(({ verdict }) => verdict === 'fail')
    const language = document.documentElement.lang
    this.#part('take').src = URL.createObjectURL(file)
    this.#part('refusal').textContent = refusals.map((check) => say(check, sentences, language)).join(' ')
    this.#show(refusals.length ? 'unfit' : 'review')
  }

  #again() {
    this.#forget()
    this.open()
  }

  #use() {
    const file = this.#take
    this.#forget()
    this.dialog.close()
    this.onUse(file)
  }

  #close() {
    const wouldLose = this.#recording?.state === 'recording' || this.#take !== null
    if (!wouldLose || confirm(this.dialog.dataset.loses)) this.dialog.close()
  }

  #end() {
    this.#show('closed')
    this.#stop()
    this.#release()
    this.#forget()
  }

  #forget() {
    this.#take = null
    URL.revokeObjectURL(this.#part('take').src)
    this.#part('take').removeAttribute('src')
  }

  #release() {
    this.#stopWatching()
    this.#stopWatching = () => {}
    closeDevices(this.#stream)
    this.#stream = null
    this.#part('seen').srcObject = null
  }

  #show(stage) {
    showStage(this.dialog, stage)
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`)
  }
}

const isSupported = (type) => MediaRecorder.isTypeSupported(type)

function showWord(words, name) {
  const text = words.dataset[name]
  if (words.textContent !== text) words.textContent = text
}
