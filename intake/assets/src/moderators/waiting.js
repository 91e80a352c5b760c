// Says when what a machine makes for this page is there, and leaves it to the reader when to load it: somebody may be in
// the middle of a sentence. Without this the page says to look again by oneself.

const FIRST_S = 2
const LONGEST_S = 20
const GROWTH = 1.3

/** Look, less and less often, whether the page of now waits no more for what *element* waits for. */
export function mount(element) {
  let wait_s = FIRST_S

  async function look() {
    if (!document.hidden && (await isThere())) return tell(element)
    wait_s = Math.min(wait_s * GROWTH, LONGEST_S)
    setTimeout(look, wait_s * 1000)
  }

  setTimeout(look, wait_s * 1000)
}

async function isThere() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store', redirect: 'error' })
    if (!answer.ok) return false
    return !new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-waits]')
  } catch {
    // A lost line comes back; a session that is over shows at the next click.
    return false
  }
}

function tell(element) {
  element.querySelector('[data-pending]').hidden = true
  element.querySelector('[data-ready]').hidden = false
}
