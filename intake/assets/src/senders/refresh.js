// Keeps the status page up to date: fetches the same page again and swaps what the server says otherwise than before.
// A form somebody is busy with stays as it is, what was unfolded stays unfolded, and the focus stays where it was.

const GROWTH = 1.5
// While a machine works something changes every few seconds; while people decide, perhaps today.
const WORKING = { first: 2, longest: 30 }
const WAITING = { first: 20, longest: 120 }

/** Seconds to wait before the next look, after *looks* that brought nothing new. */
export function delayAfter(looks, { isWorking = true } = {}) {
  const { first, longest } = isWorking ? WORKING : WAITING
  return Math.min(first * GROWTH ** looks, longest)
}

const isWorking = (page) => page.querySelector('[data-working]') !== null
const addressOf = (page) => page.querySelector('[data-watched]')?.dataset.watched

/** What the server says in a part, without the tokens that differ at every look. */
function wordsOf(part) {
  const copy = part.cloneNode(true)
  copy.querySelectorAll('input[type="hidden"]').forEach((input) => input.remove())
  return copy.outerHTML
}

/** What the server says in every part of *page*, by the part's name; to be asked before a script changes anything. */
export function wordsOfParts(page) {
  return new Map([...page.querySelectorAll('[data-live]')].map((part) => [part.dataset.live, wordsOf(part)]))
}

// A dialog in it is open, as when somebody records; or a file is on its way.
const UNDER_WAY = 'dialog[open], .upload:not([hidden])'

/** Somebody is in the middle of something in it, or chose a file. */
export function isBusy(part) {
  const inputs = [...part.querySelectorAll('input[type="file"]')]
  return part.querySelector(UNDER_WAY) !== null || inputs.some((input) => input.files.length > 0)
}

function keepUnfolded(part, fresh) {
  const titles = [...part.querySelectorAll('details[open] > summary')].map((summary) => summary.textContent)
  fresh.querySelectorAll('details > summary').forEach((summary) => {
    if (titles.includes(summary.textContent)) summary.parentElement.open = true
  })
}

/** The element in *fresh* that is what *element* was: the same id, or the same kind with the same words. */
function counterpart(element, fresh) {
  const isTheSame = (other) => (element.id ? other.id === element.id : other.textContent === element.textContent)
  return [...fresh.querySelectorAll(element.tagName)].find(isTheSame)
}

function swap(page, part, fresh) {
  const focused = part.contains(page.activeElement) ? page.activeElement : null
  keepUnfolded(part, fresh)
  part.replaceWith(fresh)
  if (focused) (counterpart(focused, fresh) ?? page.querySelector('[data-headline]')).focus({ preventScroll: true })
}

/** Swap the parts of *page* that *newer* says otherwise than *said*, and note it there. Returns what was swapped. */
export function swapParts(page, newer, said) {
  const swapped = []
  for (const part of page.querySelectorAll('[data-live]')) {
    const fresh = newer.querySelector(`[data-live="${part.dataset.live}"]`)
    if (!fresh || isBusy(part)) continue
    const words = wordsOf(fresh)
    if (words === said.get(part.dataset.live)) continue
    said.set(part.dataset.live, words)
    swap(page, part, fresh)
    swapped.push(fresh)
  }
  return swapped
}

/** What is read aloud when it changes. The figures of a preparation are not: they change every second. */
const news = (page) =>
  ['[data-headline]', '[data-explanation]'].map((name) => page.querySelector(name)?.textContent.trim()).join('. ')

/** Only a page that runs this may promise that it refreshes, and only while it can. */
function promise(page, { isKept }) {
  page.querySelectorAll('[data-refreshes]').forEach((words) => {
    words.hidden = !isKept
  })
}

/** To be called before any other script changes the page. */
export function keepFresh(page, { onSwap }) {
  if (!addressOf(page)) return
  const said = wordsOfParts(page)
  let looks = 0
  let isLooking = false
  let timer

  const look = async () => {
    clearTimeout(timer)
    if (isLooking || !addressOf(page)) return
    isLooking = true
    const newer = await fetchPage(addressOf(page))
    isLooking = false
    looks = newer && show(newer) ? 0 : looks + 1
    promise(page, { isKept: newer !== null })
    wait()
  }

  const show = (newer) => {
    const newsBefore = news(page)
    const swapped = swapParts(page, newer, said)
    swapped.forEach(onSwap)
    if (swapped.length > 0) page.title = newer.title
    if (news(page) !== newsBefore) page.querySelector('[data-announce]').textContent = news(page)
    return swapped.length > 0
  }

  const wait = () => {
    clearTimeout(timer)
    // A page nobody looks at asks for nothing.
    if (page.hidden || !addressOf(page)) return
    timer = setTimeout(look, 1000 * delayAfter(looks, { isWorking: isWorking(page) }))
  }

  page.addEventListener('visibilitychange', () => (page.hidden ? clearTimeout(timer) : look()))
  addEventListener('online', look)
  promise(page, { isKept: true })
  wait()
}

/** The page as it is now; null where the line is gone or the server is busy. */
async function fetchPage(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: 'text/html' }, cache: 'no-store' })
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null
  } catch {
    return null
  }
}
