// The editor of captions: a list beside the player in place of one long text, which it keeps up to date at every stroke,
// so that whatever happens to this script, the form sends what was typed.

import { add, clock, judge, merge, parseClock, place, split, spliced, tidy, writeVtt } from './cues.js'

/** Take over the form of a page's captions. */
export function mount(form) {
  const video = document.querySelector('[data-captions-video]')
  if (video) new Editor(form, video).begin()
}

class Editor {
  constructor(form, video) {
    this.form = form
    this.video = video
    this.limits = JSON.parse(form.dataset.limits)
    this.cues = JSON.parse(form.dataset.cues)
    this.text = form.querySelector('[data-captions-text] textarea')
    this.list = form.querySelector('[data-list]')
    this.template = form.querySelector('[data-cue]')
    this.words = JSON.parse(form.dataset.words)
    this.isUnsaved = form.dataset.isUnsaved === 'y'
    // Captions are on the original's clock; a clip whose beginning is cut off is shown on one of its own.
    this.startsAt_s = Number(form.dataset.starts)
    this.stopAt = null
  }

  begin() {
    this.form.querySelector('[data-captions-text]').hidden = true
    this.form.querySelector('[data-captions-editor]').hidden = false
    document.querySelector('[data-captions-advice]')?.remove()
    this.video.querySelector('track')?.remove()
    this.track = this.video.addTextTrack('captions', this.form.dataset.language, this.form.dataset.language)
    this.track.mode = 'showing'
    this.list.addEventListener('click', (event) => this.act(event))
    this.list.addEventListener('input', (event) => this.type(event))
    this.list.addEventListener('change', (event) => this.retime(event))
    this.list.addEventListener('keydown', (event) => this.strike(event))
    this.form.querySelector('[data-append]').addEventListener('click', () => this.added(add(this.cues, this.now)))
    this.form.querySelector('[name=is_checked]').addEventListener('change', () => this.touch())
    this.form.addEventListener('submit', () => (this.isUnsaved = false))
    this.video.addEventListener('timeupdate', () => this.follow())
    addEventListener('beforeunload', (event) => this.isUnsaved && event.preventDefault())
    this.draw()
    this.show()
  }

  get now() {
    return Math.round((this.video.currentTime + this.startsAt_s) * 1000)
  }

  // ---------------------------------------------------------------- what somebody does

  act(event) {
    const button = event.target.closest('[data-act]')
    if (!button) return
    const at = this.placeOf(button)
    this.do(button.dataset.act, at)
  }

  do(what, at) {
    const most = this.limits.characters
    if (what === 'play') return this.play(at)
    if (what === 'start') return this.become(place(this.cues, at, { start_ms: this.now }), at, '[data-act=start]')
    if (what === 'end') return this.become(place(this.cues, at, { end_ms: this.now }), at, '[data-act=end]')
    if (what === 'add') return this.added(add(this.cues, this.cues[at].end_ms))
    if (what === 'merge') return this.become(merge(this.cues, at, most), at, '[data-text]')
    if (what === 'split') {
      const caret = this.item(at).querySelector('[data-text]').selectionStart
      return this.become(split(this.cues, at, caret, this.now, most), at, '[data-text]')
    }
    this.become(spliced(this.cues, at, 1), Math.min(at, this.cues.length - 2), '[data-text]')
    this.say(this.words.deleted)
  }

  strike(event) {
    if (!event.ctrlKey || event.altKey || event.metaKey) return
    const wanted = { ',': 'start', '.': 'end', Enter: 'play', ' ': 'toggle' }[event.key]
    if (!wanted) return
    event.preventDefault()
    if (wanted === 'toggle') this.toggle()
    else this.keep(event.target, () => this.do(wanted, this.placeOf(event.target)))
  }

  type(event) {
    if (!event.target.matches('[data-text]')) return
    const at = this.placeOf(event.target)
    this.cues[at].text = event.target.value
    this.judge(at)
    this.touch()
  }

  retime(event) {
    const isStart = event.target.matches('[data-start]')
    if (!isStart && !event.target.matches('[data-end]')) return
    const at = this.placeOf(event.target)
    const ms = parseClock(event.target.value)
    const moved = ms === null ? null : place(this.cues, at, isStart ? { start_ms: ms } : { end_ms: ms })
    if (moved) return this.become(moved, at)
    // What was typed stays to be mended; what is saved is the last time that made sense.
    event.target.setAttribute('aria-invalid', 'true')
    this.say(this.words.bad_time)
    this.judge(at, this.words.bad_time)
  }

  play(at) {
    this.video.currentTime = this.shownAt_s(this.cues[at].start_ms)
    this.stopAt = this.shownAt_s(this.cues[at].end_ms)
    this.video.play().catch(() => {})
  }

  toggle() {
    this.stopAt = null
    if (this.video.paused) this.video.play().catch(() => {})
    else this.video.pause()
  }

  // ---------------------------------------------------------------- what follows

  become(cues, at, focus) {
    if (!cues) return this.say(this.words.bad_time)
    this.cues = cues
    this.draw()
    this.touch()
    if (focus) (this.item(at)?.querySelector(focus) ?? this.form.querySelector('[data-append]')).focus()
  }

  added({ cues, at }) {
    this.become(cues, at, '[data-text]')
  }

  /** Do something that draws the list anew, and leave the focus and the caret where they were. */
  keep(field, work) {
    const [at, name] = [this.placeOf(field), [...field.attributes].find(({ name }) => name.startsWith('data-'))]
    const caret = field.selectionStart
    work()
    const again = this.item(at)?.querySelector(`[${name.name}${name.value ? `="${name.value}"` : ''}]`)
    again?.focus()
    if (again?.matches('textarea')) again.setSelectionRange(caret, caret)
  }

  touch() {
    this.isUnsaved = true
    this.show()
  }

  show() {
    this.text.value = writeVtt(this.cues)
    this.form.querySelector('[data-unsaved]').hidden = !this.isUnsaved
    for (const cue of [...(this.track.cues ?? [])]) this.track.removeCue(cue)
    for (const { start_ms, end_ms, text } of this.cues) {
      const cue = new VTTCue(this.shownAt_s(start_ms), this.shownAt_s(end_ms), escaped(tidy(text)))
      if (cue.startTime < cue.endTime) this.track.addCue(cue)
    }
  }

  shownAt_s(at_ms) {
    return Math.max(at_ms / 1000 - this.startsAt_s, 0)
  }

  draw() {
    this.list.replaceChildren(...this.cues.map((_, at) => this.drawn(at)))
    this.form.querySelector('[data-empty]').hidden = this.cues.length > 0
    this.cues.forEach((_, at) => this.judge(at))
    this.follow()
  }

  drawn(at) {
    const item = this.template.content.cloneNode(true).querySelector('[data-item]')
    const cue = this.cues[at]
    item.querySelector('[data-number]').textContent = at + 1
    item.querySelector('[data-text]').value = cue.text
    item.querySelector('[data-text]').lang = this.form.dataset.language
    item.querySelector('[data-start]').value = clock(cue.start_ms)
    item.querySelector('[data-end]').value = clock(cue.end_ms)
    item.querySelector('[data-act=merge]').disabled = at === this.cues.length - 1
    return item
  }

  judge(at, problem) {
    const { counts, speed, advice } = judge(this.cues[at], this.limits)
    const told = this.item(at).querySelector('[data-judgement]')
    const pattern = counts.length > 1 ? this.words.counts : this.words.count
    const lines = pattern.replace('{counts}', counts.join(` ${this.words.and} `))
    const pace = this.words.speed.replace('{speed}', Math.round(speed))
    const verdict = problem ?? (advice.length ? advice.map((one) => this.words[one]).join(', ') : this.words.fine)
    told.textContent = `${lines} ${pace} ${verdict}.`.replace(/\.\.$/, '.')
    told.classList.toggle('is-hard', Boolean(problem) || advice.length > 0)
  }

  follow() {
    if (this.stopAt !== null && this.video.currentTime >= this.stopAt) {
      this.video.pause()
      this.stopAt = null
    }
    this.cues.forEach((cue, at) => {
      this.item(at)?.classList.toggle('is-now', this.now >= cue.start_ms && this.now < cue.end_ms)
    })
  }

  say(words) {
    this.form.querySelector('[data-says]').textContent = words
  }

  item(at) {
    return this.list.children[at]
  }

  placeOf(element) {
    return [...this.list.children].indexOf(element.closest('[data-item]'))
  }
}

function escaped(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
