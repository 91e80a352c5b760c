// Whoever points at a poster, or comes to it by keyboard, sees where the clip goes: small pictures of it, one after the
// other, once. They are pictures, not video, and are fetched when they are asked for.

const HESITATION_MS = 200
const STEP_MS = 600
const MOST_TILES = 8
/** So that nothing moves for longer than five seconds. Source: WCAG 2.2, success criterion 2.2.2. */

/** Let every card of *list* show its strip; cards that come later too. */
export function mount(list) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches || navigator.connection?.saveData) return
  let shown = null
  const show = (card) => {
    const poster = card?.querySelector('.clip-poster[data-strip]') ?? null
    if (poster === (shown?.poster ?? null)) return
    shown?.stop()
    shown = poster && new Strip(poster)
  }
  const cardOf = (element) => element?.closest?.('.clip-card')
  // A finger that scrolls points at everything: only a mouse and the keyboard are asked.
  list.addEventListener('pointerover', ({ target, pointerType }) => pointerType === 'mouse' && show(cardOf(target)))
  list.addEventListener('pointerleave', () => show(null))
  list.addEventListener('focusin', ({ target }) => target.matches(':focus-visible') && show(cardOf(target)))
  list.addEventListener('focusout', ({ relatedTarget }) => show(cardOf(relatedTarget)))
  addEventListener('keydown', ({ key }) => key === 'Escape' && shown?.stop())
}

class Strip {
  constructor(poster) {
    this.poster = poster
    this.timer = setTimeout(() => this.#begin(), HESITATION_MS)
  }

  async #begin() {
    const folder = this.poster.dataset.strip
    try {
      const [tiles, picture] = await Promise.all([described(`${folder}sprite.vtt`), loaded(`${folder}sprite.webp`)])
      if (this.isOver || tiles.length < 3) return
      this.tile = document.createElement('span')
      this.tile.className = 'clip-strip'
      this.poster.querySelector('.clip-picture').after(this.tile)
      this.#draw(picture, spread(tiles, MOST_TILES))
    } catch {
      // The poster is enough.
    }
  }

  #draw(picture, [[x, y, width, height], ...rest]) {
    const scale = Math.min(this.poster.clientWidth / width, this.poster.clientHeight / height)
    Object.assign(this.tile.style, {
      width: `${width * scale}px`,
      height: `${height * scale}px`,
      backgroundImage: `url("${picture.src}")`,
      backgroundSize: `${picture.naturalWidth * scale}px ${picture.naturalHeight * scale}px`,
      backgroundPosition: `${-x * scale}px ${-y * scale}px`,
    })
    this.timer = setTimeout(() => (rest.length ? this.#draw(picture, rest) : this.stop()), STEP_MS)
  }

  /** Show the poster again. */
  stop() {
    this.isOver = true
    clearTimeout(this.timer)
    this.tile?.remove()
  }
}

/** Return where in the picture each tile is: `[x, y, width, height]`. */
export function tilesOf(vtt) {
  return [...vtt.matchAll(/#xywh=(\d+),(\d+),(\d+),(\d+)/g)].map((match) => match.slice(1).map(Number))
}

/** Return at most *most* of *tiles*, from the first to the last. */
export function spread(tiles, most) {
  if (tiles.length <= most) return tiles
  return Array.from({ length: most }, (_, at) => tiles[Math.round((at * (tiles.length - 1)) / (most - 1))])
}

async function described(url) {
  const answer = await fetch(url, { credentials: 'omit' })
  if (!answer.ok) throw new Error(answer.status)
  return tilesOf(await answer.text())
}

async function loaded(url) {
  const picture = new Image()
  picture.src = url
  await picture.decode()
  return picture
}
