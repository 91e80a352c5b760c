// Keeps the status page up to date while somebody works on the clip: fetches the same page again and swaps what
// changed. Forms somebody is busy with stay as they are.

const FIRST_DELAY_S = 2
const LONGEST_DELAY_S = 30
const GROWTH = 1.5

/** Seconds to wait before the next look, after *looks* that brought nothing new. */
export function delayAfter(looks) {
  return Math.min(FIRST_DELAY_S * GROWTH ** looks, LONGEST_DELAY_S)
}

const isWorking = (page) => page.querySelector('[data-working]') !== null

/** What a part says, without the tokens that differ at every look. */
function wordsOf(part) {
  const copy = part.cloneNode(true)
  copy.querySelectorAll('input[type="hidden"]').forEach((input) => input.remove())
  copy.querySelectorAll('[data-chosen], [data-sending], [data-refreshes]').forEach((note) => note.remove())
  copy.querySelectorAll('details').forEach((details) => details.removeAttribute('open'))
  copy.querySelectorAll('[aria-disabled]').forEach((button) => button.removeAttribute('aria-disabled'))
  return copy.innerHTML
}

/** Only a page that runs this may promise it. */
function sayThatItRefreshes(page) {
  page.querySelectorAll('[data-refreshes]').forEach((promise) => {
    promise.hidden = false
  })
}

/** Swap the parts of *page* that *newer* says otherwise. Returns the parts that changed. */
export function swapParts(page, newer) {
  const swapped = []
  for (const part of page.querySelectorAll('[data-live]')) {
    const fresh = newer.querySelector(`[data-live="${part.dataset.live}"]`)
    if (!fresh || wordsOf(part) === wordsOf(fresh)) continue
    const hadFocus = part.contains(page.activeElement)
    part.replaceWith(fresh)
    if (hadFocus) page.querySelector('[data-headline]').focus()
    swapped.push(fresh)
  }
  return swapped
}

export function keepFresh(page, { onSwap }) {
  if (!isWorking(page)) return
  sayThatItRefreshes(page)
  let looks = 0
  let timer

  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' })
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    } catch {
      // The line is gone for a moment; the next look is later than this one.
    }
    looks += 1
    if (isWorking(page)) wait()
  }

  const show = (newer) => {
    const headlineBefore = page.querySelector('[data-headline]').textContent
    const swapped = swapParts(page, newer)
    if (swapped.length === 0) return
    looks = -1
    swapped.forEach(onSwap)
    sayThatItRefreshes(page)
    const headline = page.querySelector('[data-headline]').textContent
    page.title = newer.title
    if (headline !== headlineBefore) page.querySelector('[data-announce]').textContent = headline
  }

  const wait = () => {
    clearTimeout(timer)
    // A page nobody looks at asks for nothing.
    if (!document.hidden) timer = setTimeout(look, 1000 * delayAfter(looks))
  }

  document.addEventListener('visibilitychange', () => {
    if (isWorking(page)) wait()
  })
  wait()
}
