// <video-testimonials call="pistoia2030"><a href="…">Guarda i videomessaggi</a></video-testimonials>
//
// A gallery inside anybody's page: faces first, not a byte of video until somebody presses one, nothing kept on the
// visitor's device. What stands between its tags is shown until the clips are there, and stays where they do not come:
// without JavaScript, without a line, under a policy that forbids it, or with nothing public, it is a link.
//
// Attributes: `call`; `kind`, one kind of organisation; `limit`, how many (12); `lang`, it or en.

const service = new URL(import.meta.url).origin

const USUAL_LIMIT = 12
const MOST_PAGES = 8
/** Of the service's answers, each with some two dozen clips. */

const words = {
  it: { play: 'Guarda il videomessaggio:', all: 'Guardali tutti', close: 'Chiudi' },
  en: { play: 'Watch the video message:', all: 'See them all', close: 'Close' },
}

const look = `
  :host { display: block; }
  :host([hidden]) { display: none; }
  * { box-sizing: border-box; }
  ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); gap: 1.5rem 1.25rem; margin: 0 0 1rem; padding: 0; list-style: none; }
  li { min-width: 0; overflow-wrap: anywhere; }
  button { font: inherit; color: inherit; cursor: pointer; }
  .card { display: block; width: 100%; padding: 0; border: 0; background: none; text-align: start; }
  .card:hover strong { text-decoration: underline; }
  :focus-visible { outline: 3px solid currentColor; outline-offset: 3px; border-radius: 10px; }
  .poster { position: relative; display: block; aspect-ratio: 4 / 3; margin-bottom: .6rem; overflow: hidden; border-radius: 10px; background: #10201a; }
  img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
  img.ground { object-fit: cover; filter: blur(18px) saturate(.85); transform: scale(1.2); }
  .length { position: absolute; left: .5rem; bottom: .5rem; padding: .1rem .6rem; border-radius: 1rem; background: #0f221be0; color: #fff; font-size: .875rem; font-weight: 600; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  strong, .who { display: block; }
  .who { font-size: .9375em; }
  dialog { width: min(60rem, 94vw); max-width: none; max-height: 96vh; padding: 0; border: 0; border-radius: 12px; overflow: hidden; background: #10201a; color: #fff; }
  dialog.is-portrait { width: min(26rem, 94vw); }
  dialog::backdrop { background: #000b; }
  iframe { display: block; width: 100%; height: min(calc(100vh - 6rem), var(--tall)); border: 0; }
  .close { display: block; min-height: 44px; margin-left: auto; padding: 0 1rem; border: 0; background: none; color: #fff; font-weight: 600; }
  .close:focus-visible { outline-offset: -4px; }
`

class VideoTestimonials extends HTMLElement {
  static observedAttributes = ['call', 'kind', 'limit', 'lang']

  constructor() {
    super()
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(look)
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet]
    this.#clear()
  }

  connectedCallback() {
    this.#change()
  }

  disconnectedCallback() {
    this.asked?.abort()
  }

  attributeChangedCallback() {
    this.#change()
  }

  /** Ask once, however much changes at a time: when it is put into a page, everything does. */
  #change() {
    this.changed ??= Promise.resolve().then(() => {
      this.changed = null
      if (this.isConnected) this.#show()
    })
  }

  get #language() {
    const asked = (this.getAttribute('lang') || this.closest('[lang]')?.lang || '').slice(0, 2)
    return asked in words ? asked : 'it'
  }

  async #show() {
    this.asked?.abort()
    const asked = (this.asked = new AbortController())
    const call = this.getAttribute('call')
    try {
      const clips = call ? await this.#clips(call, asked.signal) : []
      if (clips.length) this.shadowRoot.replaceChildren(this.#list(clips), this.#rest(call))
      else this.#clear()
    } catch {
      // Whoever changed an attribute meanwhile asked for something else.
      if (!asked.signal.aborted) this.#clear()
    }
  }

  /** Show what stands between the tags. */
  #clear() {
    this.shadowRoot.replaceChildren(element('slot'))
  }

  async #clips(call, signal) {
    const limit = Number.parseInt(this.getAttribute('limit'), 10) || USUAL_LIMIT
    let next = this.#address(`/api/v1/gallery/${encodeURIComponent(call)}`)
    if (this.getAttribute('kind')) next.searchParams.set('kind', this.getAttribute('kind'))
    const clips = []
    for (let page = 0; next && clips.length < limit && page < MOST_PAGES; page += 1) {
      const answer = await fetch(next, { signal, credentials: 'omit' })
      if (!answer.ok) throw new Error(answer.status)
      const { clips: found, next_url: following } = await answer.json()
      clips.push(...found)
      next = following
    }
    return clips.slice(0, limit)
  }

  #address(path) {
    const address = new URL(path, service)
    if (this.#language !== 'it') address.searchParams.set('lang', this.#language)
    return address
  }

  #list(clips) {
    const list = element('ul')
    // Lists without bullets are lists to every reader only where that is said.
    list.setAttribute('role', 'list')
    list.append(...clips.map((clip) => this.#card(clip)))
    return list
  }

  #card(clip) {
    const poster = element('span', { className: 'poster' })
    const picture = { src: clip.poster_url, alt: '', loading: 'lazy', decoding: 'async' }
    poster.append(
      element('img', { ...picture, className: 'ground' }),
      element('img', picture),
      element('span', { className: 'length', textContent: lengthOf(clip.duration_s) }),
    )
    const button = element('button', { type: 'button', className: 'card' })
    button.setAttribute('aria-haspopup', 'dialog')
    button.append(
      element('span', { className: 'unseen', textContent: words[this.#language].play }),
      poster,
      element('strong', { textContent: clip.name }),
      element('span', { className: 'who', textContent: clip.role }),
      element('span', { className: 'who', textContent: clip.organisation }),
    )
    button.addEventListener('click', () => this.#open(clip))
    const card = element('li')
    card.append(button)
    return card
  }

  /** Show a clip's frame above the page. The browser leads the focus into it, and back to the card when it is closed. */
  #open(clip) {
    const dialog = element('dialog', { className: clip.height_px > clip.width_px ? 'is-portrait' : '' })
    dialog.setAttribute('aria-label', clip.name)
    const close = element('button', { type: 'button', className: 'close', textContent: words[this.#language].close })
    close.addEventListener('click', () => dialog.close())
    const frame = element('iframe', { src: this.#framed(clip), title: clip.name, allow: 'fullscreen' })
    frame.addEventListener('load', () => frame.focus(), { once: true })
    // The picture, and under it the two lines that say whose voice it is.
    frame.style.setProperty('--tall', `calc(min(${dialog.className ? '26rem' : '60rem'}, 94vw) * ${clip.height_px / clip.width_px} + 64px)`)
    dialog.append(close, frame)
    // Pressed beside it, on the dimmed page.
    dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
    // With its frame the sound goes.
    dialog.addEventListener('close', () => dialog.remove())
    this.shadowRoot.append(dialog)
    dialog.showModal()
  }

  #framed(clip) {
    const address = new URL(clip.embed_url)
    address.searchParams.set('lang', this.#language)
    return address.href
  }

  /** The way to all of them: the page's own, or ours. */
  #rest(call) {
    const rest = element('slot')
    const link = element('a', { href: this.#address(`/gallery/${encodeURIComponent(call)}`).href })
    link.textContent = words[this.#language].all
    rest.append(link)
    return rest
  }
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties)
}

function lengthOf(seconds) {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

if (!customElements.get('video-testimonials')) customElements.define('video-testimonials', VideoTestimonials)
