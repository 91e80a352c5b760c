// The gallery goes on by itself where its page ends: for some pages, so that what stands below it can be reached, and
// then when it is asked to. The link that leads on stays a link, and works without this.
//
// Who opens a clip and comes back finds as many clips as before, asked for anew: what was withdrawn meanwhile is not
// among them. How many they were, and where, stands in the entry of the browser's history, which goes with its tab.

const PAGES_BY_ITSELF = 5
const SETTLED_MS = 200

/** Let *pages*, the navigation with the link to the next page, fetch it when it comes near, or is pressed. */
export function mount(pages) {
  const list = document.querySelector('ul.clips')
  const link = pages.querySelector('a[rel=next]')
  if (list && link) new More(list, pages, link).begin()
}

class More {
  constructor(list, pages, link) {
    Object.assign(this, { list, pages, link, added: 0, isBusy: false })
    this.said = document.createElement('p')
    this.said.className = 'more-said visually-hidden'
    this.said.setAttribute('role', 'status')
    this.pages.append(this.said)
  }

  async begin() {
    const { pages: before = 0, top = 0 } = history.state?.more ?? {}
    // Bound before any page comes: a press while one is on its way opens the page behind the link.
    this.link.addEventListener('click', (event) => this.#press(event))
    while (this.added < before && (await this.#add()));
    if (before) scrollTo({ top, behavior: 'instant' })
    this.#keepPlace()
    if (this.added < PAGES_BY_ITSELF) this.#watch()
  }

  #watch() {
    // Who pays for every byte presses, and so does whoever's browser does not see the end come near.
    if (navigator.connection?.saveData || !('IntersectionObserver' in window)) return
    const observer = new IntersectionObserver(async (entries) => {
      // A busy browser tells late, and several at once: the last one holds. It says nothing more while that stays so.
      if (!entries.at(-1).isIntersecting || this.isBusy) return
      // One page at a time: what comes pushes the link out of sight again.
      observer.unobserve(this.pages)
      const first = await this.#add()
      if (first && !this.link.hidden && this.added < PAGES_BY_ITSELF) observer.observe(this.pages)
    }, { rootMargin: '600px 0px' })
    observer.observe(this.pages)
  }

  async #press(event) {
    if (this.isBusy || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    const first = await this.#add()
    first?.querySelector('a').focus()
  }

  /** Append the next page; returns its first clip, or nothing where none came. */
  async #add() {
    if (this.link.hidden) return null
    this.isBusy = true
    try {
      const { clips, next } = await fetchPage(this.link.href)
      this.list.append(...clips)
      this.added += 1
      this.#say(this.pages.dataset.added.replace('{count}', clips.length), { isSeen: false })
      if (next) this.link.href = next
      else this.#end(clips[0])
      return clips[0]
    } catch {
      // The link stays for whoever wants to try again.
      this.#say(this.pages.dataset.failed, { isSeen: true })
      return null
    } finally {
      this.isBusy = false
    }
  }

  #end(first) {
    // Who stands on the link would stand nowhere.
    if (document.activeElement === this.link) first?.querySelector('a').focus()
    this.link.hidden = true
  }

  #say(words, { isSeen }) {
    this.said.textContent = words
    this.said.classList.toggle('visually-hidden', !isSeen)
  }

  /** Have the history's entry know how many pages there are, and how far down they were read. */
  #keepPlace() {
    const keep = () => {
      if (!this.added) return
      history.scrollRestoration = 'manual'
      history.replaceState({ ...history.state, more: { pages: this.added, top: Math.round(scrollY) } }, '')
    }
    let settling
    // Browsers refuse an entry that is written at every pixel.
    addEventListener('scroll', () => {
      clearTimeout(settling)
      settling = setTimeout(keep, SETTLED_MS)
    }, { passive: true })
    this.list.addEventListener('click', keep, { capture: true })
  }
}

async function fetchPage(url) {
  const answer = await fetch(url, { headers: { Accept: 'text/html' }, credentials: 'omit' })
  if (!answer.ok) throw new Error(answer.status)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const link = page.querySelector('nav.pages a[rel=next]')
  return {
    clips: [...page.querySelectorAll('ul.clips > li')],
    // As it stands there: an address of a page that was never opened has no origin.
    next: link && new URL(link.getAttribute('href'), url).href,
  }
}
