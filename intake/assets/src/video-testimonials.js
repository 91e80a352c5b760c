// <video-testimonials call="pistoia2030"><a href="…">Guarda i videomessaggi</a></video-testimonials>
//
// A gallery inside anybody's page: faces first, not a byte of video until somebody presses one, nothing kept on the
// visitor's device. What stands between its tags is shown until the clips are there, and stays where they do not come:
// without JavaScript, without a line, behind a policy that forbids it, it is a link.
//
// Attributes: `call`; `kind`, one kind of organisation; `limit`, how many (12); `lang`, it or en.

const service = new URL(import.meta.url).origin

const words = {
  it: { play: 'Guarda il videomessaggio di', all: 'Guardali tutti' },
  en: { play: 'Watch the video message of', all: 'See them all' },
}

const look = `
  :host { display: block; color: inherit; font: inherit; }
  :host([hidden]) { display: none; }
  ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); gap: 1.25rem; margin: 0; padding: 0; list-style: none; }
  button { position: relative; display: block; width: 100%; padding: 0; border: 0; border-radius: 10px; overflow: hidden; background: #10201a; cursor: pointer; }
  button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
  img, iframe { display: block; width: 100%; border: 0; }
  img { aspect-ratio: 4 / 3; object-fit: contain; transition: opacity .15s; }
  button:hover img { opacity: .85; }
  .length { position: absolute; right: .5rem; bottom: .5rem; padding: .1rem .45rem; border-radius: 4px; background: #10201acc; color: #fff; font-size: .8125rem; }
  iframe { height: 100%; min-height: 20rem; border-radius: 10px; }
  li.is-portrait iframe { min-height: 34rem; }
  p { margin: .5rem 0 0; overflow-wrap: anywhere; }
  small { opacity: .8; }
  @media (prefers-reduced-motion: reduce) { img { transition: none; } }
`

class VideoTestimonials extends HTMLElement {
  static observedAttributes = ['call', 'kind', 'limit', 'lang']

  constructor() {
    super()
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(look)
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet]
    this.shadowRoot.append(document.createElement('slot'))
  }

  connectedCallback() {
    this.#show()
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#show()
  }

  get #language() {
    const asked = this.getAttribute('lang') || this.closest('[lang]')?.lang || 'it'
    return asked.slice(0, 2) in words ? asked.slice(0, 2) : 'it'
  }

  async #show() {
    const call = this.getAttribute('call')
    const asked = (this.asked = new AbortController())
    try {
      const clips = call ? await this.#clips(call, asked.signal) : []
      // Whoever changed an attribute meanwhile asked for something else.
      if (asked !== this.asked || !clips.length) return
      this.shadowRoot.replaceChildren(this.#list(clips), this.#rest(call))
    } catch {
      // What stands between the tags stays.
    }
  }

  async #clips(call, signal) {
    const address = new URL(`/api/v1/gallery/${encodeURIComponent(call)}`, service)
    address.searchParams.set('lang', this.#language)
    if (this.getAttribute('kind')) address.searchParams.set('kind', this.getAttribute('kind'))
    const answer = await fetch(address, { signal, credentials: 'omit' })
    if (!answer.ok) throw new Error(answer.status)
    const limit = Number.parseInt(this.getAttribute('limit'), 10)
    return (await answer.json()).clips.slice(0, limit > 0 ? limit : 12)
  }

  #list(clips) {
    const list = document.createElement('ul')
    list.append(...clips.map((clip) => this.#card(clip)))
    return list
  }

  #card(clip) {
    const card = document.createElement('li')
    card.className = clip.height_px > clip.width_px ? 'is-portrait' : 'is-landscape'
    const button = document.createElement('button')
    button.type = 'button'
    button.setAttribute('aria-label', `${words[this.#language].play} ${clip.name}, ${clip.organisation}`)
    const poster = document.createElement('img')
    Object.assign(poster, { src: clip.poster_url, alt: '', loading: 'lazy', decoding: 'async' })
    Object.assign(poster, { width: clip.width_px, height: clip.height_px })
    const length = document.createElement('span')
    length.className = 'length'
    length.textContent = lengthOf(clip.duration_s)
    button.append(poster, length)
    button.addEventListener('click', () => button.replaceWith(this.#frame(clip)))
    card.append(button, wordsOf(clip))
    return card
  }

  #frame(clip) {
    const frame = document.createElement('iframe')
    Object.assign(frame, { src: `${clip.embed_url}?lang=${this.#language}`, title: clip.name, allow: 'fullscreen' })
    frame.addEventListener('load', () => frame.focus(), { once: true })
    return frame
  }

  #rest(call) {
    const rest = document.createElement('p')
    const link = document.createElement('a')
    link.href = new URL(`/gallery/${encodeURIComponent(call)}?lang=${this.#language}`, service)
    link.textContent = words[this.#language].all
    rest.append(link)
    return rest
  }
}

function lengthOf(seconds) {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function wordsOf(clip) {
  const text = document.createElement('p')
  const who = document.createElement('strong')
  who.textContent = clip.name
  const where = document.createElement('small')
  where.textContent = `${clip.role}, ${clip.organisation}`
  text.append(who, document.createElement('br'), where)
  return text
}

if (!customElements.get('video-testimonials')) customElements.define('video-testimonials', VideoTestimonials)
