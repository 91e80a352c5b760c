// Whoever points at a poster, or comes to it by keyboard, sees where the clip goes: small pictures of it, one after the
// other. They are pictures, not video, and are fetched when they are asked for.

const STEP_MS = 500

/** Let every card of *list* show its strip; cards that come later too. */
export function mount(list) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches || navigator.connection?.saveData) return
  let shown = null
  const show = (event) => {
    const poster = event.target.closest?.('.clip-poster[data-strip]')
    if (poster === shown?.poster) return
    shown?.stop()
    shown = poster ? new Strip(poster) : null
  }
  // A finger that scrolls points at everything: only a mouse and the keyboard are asked.
  list.addEventListener('pointerover', (event) => event.pointerType === 'mouse' && show(event))
  list.addEventListener('pointerleave', show)
  list.addEventListener('focusin', ({ target }) => show({ target: target.querySelector?.('.clip-poster') ?? target }))
  list.addEventListener('focusout', show)
}

class Strip {
  constructor(poster) {
    this.poster = poster
    this.#begin()
  }

  async #begin() {
    const folder = this.poster.dataset.strip
    try {
      const answer = await fetch(`${folder}sprite.vtt`)
      const tiles = answer.ok ? tilesOf(await answer.text()) : []
      const picture = await loaded(`${folder}sprite.webp`)
      if (this.stopped || tiles.length < 3) return
      this.tile = document.createElement('span')
      this.tile.className = 'clip-strip'
      this.poster.append(this.tile)
      let at = 0
      const step = () => this.#draw(picture, tiles[at++ % tiles.length])
      step()
      this.timer = setInterval(step, STEP_MS)
    } catch {
      // The poster is enough.
    }
  }

  #draw(picture, [x, y, width, height]) {
    const scale = Math.min(this.poster.clientWidth / width, this.poster.clientHeight / height)
    Object.assign(this.tile.style, {
      width: `${width * scale}px`,
      height: `${height * scale}px`,
      backgroundImage: `url("${picture.src}")`,
      backgroundSize: `${picture.naturalWidth * scale}px ${picture.naturalHeight * scale}px`,
      backgroundPosition: `${-x * scale}px ${-y * scale}px`,
    })
  }

  stop() {
    this.stopped = true
    clearInterval(this.timer)
    this.tile?.remove()
  }
}

/** Return where in the picture each tile is: `[x, y, width, height]`. */
export function tilesOf(vtt) {
  return [...vtt.matchAll(/#xywh=(\d+),(\d+),(\d+),(\d+)/g)].map((match) => match.slice(1).map(Number))
}

async function loaded(url) {
  const picture = new Image()
  picture.src = url
  await picture.decode()
  return picture
}
