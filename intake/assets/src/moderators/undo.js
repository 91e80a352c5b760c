// Counts the seconds in which a decision can be undone, and takes the offer away when they are over. Whoever is at it, by
// focus or pointer, has the time held up: the server does that, and up to a bound. Without this the button stays, and
// whoever presses it too late is told.

/** Below this many seconds left it is asked for more: enough for a slow line. */
const LOW_S = 6

export function mount(bar) {
  const left = bar.querySelector('[data-left]')
  const form = bar.querySelector('form')
  let endsAt = performance.now() + Number(bar.dataset.undo) * 1000
  let isAsking = false
  let isHeld = true

  const isWanted = () => isHeld && (bar.matches(':hover') || bar.contains(document.activeElement))

  async function hold() {
    isAsking = true
    const seconds = await ask(bar.dataset.hold, form)
    isAsking = false
    isHeld = seconds > 0
    if (isHeld) endsAt = performance.now() + seconds * 1000
  }

  function count() {
    const seconds = Math.ceil((endsAt - performance.now()) / 1000)
    if (seconds <= 0) return end()
    left.textContent = isWanted() ? left.dataset.held : left.dataset.left.replace('{seconds}', seconds)
    if (seconds <= LOW_S && !isAsking && isWanted()) hold()
  }

  function end() {
    clearInterval(ticking)
    // Whoever is just about to press it must not find that the focus fell to nowhere.
    if (bar.contains(document.activeElement)) document.querySelector('#main').focus()
    form.remove()
    bar.classList.add('is-over')
  }

  const ticking = setInterval(count, 500)
  count()
}

/** Ask the service to wait; how many seconds more it does, none where it cannot be reached. */
async function ask(url, form) {
  try {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' })
    return answer.ok ? Number(await answer.text()) : 0
  } catch {
    return 0
  }
}
