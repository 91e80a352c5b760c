// One key for everything that is done all day. What a key presses says so itself, in `data-key` and
// `aria-keyshortcuts`; only the player's keys are named here. A key does nothing while somebody types, with Ctrl, Alt or
// Meta, and when the keys were switched off: a single letter may also be a slip, or come from somebody's speech.

const SWITCH = 'desk-keys'
const STEP_S = 5
/** To find an edge: less than a syllable. */
const SMALL_STEP_S = 0.1
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2]
const TYPING = 'input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]'
/** Sooner than this after a question, a key was pressed before anybody can have read it. */
const READ_MS = 1000

/** Where these keys have a meaning of their own. */
const OWN_KEYS = { ' ': 'button, a, summary, input, video, [role=button]', ArrowLeft: 'input, video', ArrowRight: 'input, video' }

const player = () => document.querySelector('[data-player], video')

function toggle() {
  const video = player()
  // A browser may refuse to play; its own controls say so.
  if (video?.paused) video.play().catch(() => {})
  else video?.pause()
}

function seek(seconds) {
  const video = player()
  if (video) video.currentTime = Math.max(0, Math.min(video.currentTime + seconds, video.duration || 0))
}

function hurry(steps) {
  const video = player()
  if (!video) return
  const at = SPEEDS.findIndex((speed) => speed >= video.playbackRate)
  video.playbackRate = SPEEDS[Math.max(0, Math.min(at + steps, SPEEDS.length - 1))]
}

const PLAYER = {
  k: toggle,
  ' ': toggle,
  j: () => seek(-STEP_S),
  ArrowLeft: () => seek(-STEP_S),
  l: () => seek(STEP_S),
  ArrowRight: () => seek(STEP_S),
  ',': () => seek(-SMALL_STEP_S),
  '.': () => seek(SMALL_STEP_S),
  '<': () => hurry(-1),
  '>': () => hurry(1),
}

function press(key) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility())
  if (!found) return false
  if (found.matches('textarea, input')) found.focus()
  else found.click()
  return true
}

/** A key that is pressed twice would approve the next clip, which nobody has seen: that one asks to be pressed again. */
let askedAt = null

function asksToWatch(key) {
  const button = document.querySelector(`[data-decision-form] [data-key="${CSS.escape(key)}"][value=approve]`)
  const says = document.querySelector('[data-next-step]')
  const video = player()
  if (!button || !says || !video || video.played.length) return false
  if (askedAt !== null && performance.now() - askedAt > READ_MS) return false
  askedAt ??= performance.now()
  says.textContent = says.dataset.unwatched
  return true
}

/** A decision against a clip needs its reason first: that is where the key leads, and Ctrl and Enter carry it out. */
function asksForReason(key) {
  const button = document.querySelector(`[data-decision-form] [data-key="${CSS.escape(key)}"][name=decision]`)
  const area = document.querySelector('[data-decision-form] [data-reason]')
  const says = document.querySelector('[data-next-step]')
  if (!button || button.value === 'approve' || !area || area.value.trim()) return false
  says.textContent = button.value === 'decline' ? says.dataset.decline : says.dataset.askAgain
  says.dataset.pending = button.value
  for (const group of document.querySelectorAll('[data-reasons] optgroup')) {
    group.disabled = !group.classList.contains(`for-${button.value}`)
  }
  const reasons = document.querySelector('[data-reasons] select')
  ;(reasons ?? area).focus()
  return true
}

function carriesOut(event) {
  if (event.key !== 'Enter' || !event.ctrlKey) return false
  const says = document.querySelector('[data-next-step]')
  const pending = says?.dataset.pending
  const form = event.target.closest('[data-decision-form]')
  if (!form) return false
  if (!pending) {
    says.textContent = says.dataset.which
    return true
  }
  form.querySelector(`[name=decision][value=${pending}]`).click()
  return true
}

export function mount(dialog) {
  const isOn = dialog.querySelector('[data-keys-on]')
  const opener = document.querySelector('[data-keys-open]')
  opener.hidden = false
  opener.querySelector('button').addEventListener('click', () => dialog.showModal())
  try {
    isOn.checked = localStorage.getItem(SWITCH) !== 'off'
  } catch {
    // No storage: the keys work, and are off for as long as the page is open once that was said.
  }
  isOn.addEventListener('change', () => {
    try {
      localStorage.setItem(SWITCH, isOn.checked ? 'on' : 'off')
    } catch {
      // As above.
    }
  })

  document.addEventListener('keydown', (event) => {
    if (!isOn.checked || event.defaultPrevented || event.isComposing) return
    if (carriesOut(event)) return event.preventDefault()
    if (event.key === 'Escape' && event.target.matches(TYPING)) return event.target.blur()
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat && event.key.length === 1) return
    if (event.target.matches(TYPING) || event.target.closest('dialog[open]') || dialog.open) return
    if (OWN_KEYS[event.key] && event.target.matches(OWN_KEYS[event.key])) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const playerKey = PLAYER[key]
    if (playerKey && player()) {
      event.preventDefault()
      playerKey()
    } else if (asksToWatch(key) || asksForReason(key) || press(key)) {
      event.preventDefault()
    }
  })
}
