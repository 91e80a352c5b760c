// What somebody sees and hears while their video is on its way.

import { megabytes } from '../figures.js'
import { Pace, percentOf, quarterPassed } from './pace.js'
import { fill, megabytesPerSecond, roundTime } from './words.js'

const MILLISECONDS = 1000
const STILL_S = 0.25

export class Panel {
  #pace = new Pace()
  #percent = 0
  #bytes = 0
  #drawn_s = 0

  constructor(root) {
    this.root = root
    this.words = root.dataset
    this.language = document.documentElement.lang
    this.find = (name) => root.querySelector(`[data-upload-${name}]`)
    this.find('pause').addEventListener('click', () => this.on.pause())
    this.find('retry').addEventListener('click', () => this.on.retry())
    this.find('plain').addEventListener('click', () => this.on.plain())
    this.find('cancel').addEventListener('click', () => this.#askWhetherSure(true))
    this.find('go-on').addEventListener('click', () => this.#askWhetherSure(false))
    this.find('sure').addEventListener('click', () => this.on.cancel())
  }

  /** Take the form's place. *on* hears `pause`, `retry`, `plain` and `cancel`. */
  open(file, on) {
    this.on = on
    this.file = file
    this.#bytes = this.#percent = 0
    this.#pace.rest()
    this.#askWhetherSure(false, { movesFocus: false })
    this.find('file').textContent = `${file.name} · ${megabytes(file.size, this.language)}`
    this.root.hidden = false
    this.says('preparing')
    this.#draw()
    this.find('title').focus()
    this.root.scrollIntoView({ block: 'nearest' })
  }

  close() {
    this.root.hidden = true
  }

  /** Say where it stands: a name of the sentences in the page, with a title and a note. */
  says(what, detail = '') {
    if (this.what === what && !detail) return
    this.what = what
    this.root.dataset.now = what
    this.find('title').textContent = this.words[`${what}Title`]
    this.find('note').textContent = detail || (this.words[`${what}Note`] ?? '')
    this.find('pause').textContent = what === 'paused' ? this.words.resume : this.words.pause
    this.find('pause').hidden = !['sending', 'paused', 'waiting'].includes(what)
    this.find('retry').hidden = !['stopped', 'blocked'].includes(what)
    this.find('plain').hidden = !['stopped', 'blocked'].includes(what)
    this.find('cancel').hidden = what === 'finishing'
    if (what !== 'sending') this.#pace.rest()
    this.#draw()
    this.announces(`${this.find('title').textContent}. ${this.find('note').textContent}`)
  }

  /** So many bytes of the file are through. A part that has to be sent again is not shown as a step back. */
  moves(bytes) {
    this.#bytes = Math.max(this.#bytes, Math.min(bytes, this.file.size))
    const now_s = performance.now() / MILLISECONDS
    this.#pace.mark(this.#bytes, now_s)
    // Four parts report at once; nobody reads that fast.
    if (now_s - this.#drawn_s < STILL_S) return
    this.#drawn_s = now_s
    this.#draw()
  }

  announces(sentence) {
    this.find('announce').textContent = sentence
  }

  #draw() {
    if (!this.file) return
    const percent = percentOf(this.#bytes, this.file.size)
    const quarter = quarterPassed(this.#percent, percent)
    this.#percent = percent
    this.find('bar').value = percent
    this.find('percent').textContent = fill(this.words.percent, { percent })
    this.find('bytes').textContent = fill(this.words.bytes, {
      sent: megabytes(this.#bytes, this.language),
      total: megabytes(this.file.size, this.language),
    })
    this.find('pace').textContent = this.#paceInWords()
    if (quarter) this.announces(fill(this.words.announcePercent, { percent: quarter }))
  }

  #paceInWords() {
    const speed = this.#pace.bytesPerSecond
    if (!speed) return ''
    return fill(this.words.pace, {
      speed: megabytesPerSecond(speed, this.language),
      time: roundTime((this.file.size - this.#bytes) / speed, this.language),
    })
  }

  #askWhetherSure(isAsking, { movesFocus = true } = {}) {
    this.find('actions').hidden = isAsking
    this.find('question').hidden = !isAsking
    if (movesFocus) this.find(isAsking ? 'go-on' : 'cancel').focus()
  }
}
