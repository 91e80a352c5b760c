// The player's keys, those of most players on the web. They hold while the player has the focus, and only there.

const STEPS_S = { j: -10, l: 10, ArrowLeft: -5, ArrowRight: 5 }
const SPEEDS = [0.75, 1, 1.25, 1.5, 2]

/** Do what a key means for *video*; whatever means nothing, or belongs to one of its buttons, is left to the browser. */
export function pressed(video, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  // A button of the player's has the focus in its place: then arrows are that button's. Space is the browser's own.
  if (key.startsWith('Arrow') && !video.matches(':focus')) return
  if (act(video, key)) event.preventDefault()
}

function act(video, key) {
  if (key in STEPS_S) video.currentTime = Math.max(0, video.currentTime + STEPS_S[key])
  else if (key === 'k') toggle(video)
  else if (key === 'c') toggleCaptions(video)
  else if (key === 'f') toggleScreen(video)
  else if (key === '<' || key === '>') setSpeed(video, nextSpeed(video.playbackRate, key === '>' ? 1 : -1))
  else return false
  return true
}

/** Play at *speed*, also after another file or another moment was asked for. */
export function setSpeed(video, speed) {
  video.defaultPlaybackRate = speed
  video.playbackRate = speed
}

/** Return the speed after *speed*, or before it with -1. */
export function nextSpeed(speed, direction) {
  const at = SPEEDS.indexOf(speed)
  return SPEEDS[Math.min(Math.max(at + direction, 0), SPEEDS.length - 1)] ?? 1
}

function toggle(video) {
  if (video.paused) video.play().catch(() => {})
  else video.pause()
}

function toggleCaptions(video) {
  const captions = [...video.textTracks].filter(({ kind }) => kind === 'captions')
  const shown = captions.find(({ mode }) => mode === 'showing')
  if (shown) shown.mode = 'hidden'
  else if (captions.length) captions[0].mode = 'showing'
}

function toggleScreen(video) {
  // Frames may be forbidden to: then it stays as it is.
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {})
  else video.requestFullscreen?.().catch(() => {})
}
