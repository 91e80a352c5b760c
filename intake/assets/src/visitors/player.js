// What the browser's own player does not do: it is made faster and slower, goes to a chapter or a paragraph, knows keys,
// and takes the light file where the line is poor. The transcript says where it is. Nothing of it is remembered.

import { follow } from './following.js'
import { pressed, setSpeed } from './keys.js'

const SLOW = new Set(['slow-2g', '2g', '3g'])
// How many times its own size a line must bring a file: sound and pictures are not spread evenly over a clip.
const RESERVE = 1.25

/** Bind what the page has beside it to *video*. */
export function mount(video) {
  const qualities = new Qualities(video)
  if (isLinePoor(navigator.connection, qualities.highestMbps)) qualities.choose('light')
  video.addEventListener('keydown', (event) => pressed(video, event))
  const keys = document.querySelector('[data-keys]')
  if (keys) keys.hidden = false
  offerSpeeds(video)
  const moments = [...document.querySelectorAll('[data-at]')]
  for (const moment of moments) moment.addEventListener('click', (event) => go(video, moment, event))
  const box = document.querySelector('[data-follows]')
  if (box) follow(video, box)
}

/** Say whether a file of so many Mbit/s would stall on a line. Where the browser does not tell, it would not. */
export function isLinePoor(line, mbps) {
  return Boolean(line && (line.saveData || SLOW.has(line.effectiveType) || line.downlink < mbps * RESERVE))
}

function go(video, moment, event) {
  // Whoever wants it in another tab gets it there.
  if (event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  document.querySelector('[data-starts-at]')?.remove()
  seek(video, Number(moment.dataset.at))
  video.play().catch(() => {})
  // The picture may be far above on a telephone.
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'
  video.scrollIntoView({ block: 'nearest', behavior })
}

/** Go to a moment; a player that fetched nothing yet goes there as soon as it knows how long the clip is. */
function seek(video, seconds) {
  if (video.readyState > 0) video.currentTime = seconds
  else {
    video.addEventListener('loadedmetadata', () => (video.currentTime = seconds), { once: true })
    video.load()
  }
}

function offerSpeeds(video) {
  const choice = document.querySelector('[data-speed]')
  if (!choice) return
  const select = choice.querySelector('select')
  choice.hidden = false
  select.addEventListener('change', () => setSpeed(video, Number(select.value)))
  // By key it changes as well.
  video.addEventListener('ratechange', () => (select.value = String(video.playbackRate)))
}

class Qualities {
  constructor(video) {
    this.video = video
    this.choice = document.querySelector('[data-qualities]')
    if (!this.choice) return
    this.select = this.choice.querySelector('select')
    this.choice.hidden = false
    this.#show(this.#present())
    this.select.addEventListener('change', () => this.choose(this.select.value))
  }

  /** Play the file of that quality from the moment where the other one is. */
  choose(quality) {
    const source = this.#sources().find(({ dataset }) => dataset.quality === quality)
    if (!source || this.#present() === quality) return
    const { video } = this
    const { currentTime, paused } = video
    const shown = [...video.textTracks].map(({ mode }) => mode)
    const hasBegun = video.readyState > 0
    video.src = hasBegun ? source.src.split('#')[0] : source.src
    this.#show(quality)
    if (!hasBegun) return
    video.addEventListener('loadedmetadata', () => {
      video.currentTime = currentTime
      for (const [at, track] of [...video.textTracks].entries()) track.mode = shown[at]
      if (!paused) video.play().catch(() => {})
    }, { once: true })
    // Without a word it fetches nothing.
    video.load()
    video.preload = 'metadata'
  }

  get highestMbps() {
    return Math.max(0, ...this.#sources().map(({ dataset }) => Number(dataset.mbps)))
  }

  #sources() {
    return [...this.video.querySelectorAll('source')]
  }

  #present() {
    const src = this.video.getAttribute('src')
    const playing = this.#sources().find((source) => (src ? source.src.startsWith(src.split('#')[0]) : fits(source)))
    return playing?.dataset.quality
  }

  #show(quality) {
    if (!this.choice) return
    this.select.value = quality
    const weight = document.querySelector('[data-weight]')
    if (weight) weight.textContent = this.select.selectedOptions[0].dataset.size
  }
}

function fits({ media }) {
  return !media || matchMedia(media).matches
}
