// How a clip or a gallery will look in another page: its frame, fetched when the box is opened, in the size that the
// lines to be copied say. Without this there is a link to what the frame shows.

const WORDS_PX = 64

/** Show the frame in *box*. */
export function mount(box) {
  const link = box.querySelector('[data-embedding-preview]')
  const lines = box.querySelector('[data-embedding-lines]')
  const sizes = box.querySelector('[data-embedding-sizes]')
  let frame = null
  box.addEventListener('toggle', () => {
    if (!box.open || frame) return
    frame = document.createElement('iframe')
    Object.assign(frame, { src: link.href, title: link.dataset.embeddingPreview, allow: 'fullscreen' })
    link.parentElement.after(frame)
    show(frame, link.dataset.width, link.dataset.height)
    sizes.hidden = false
  })
  sizes.querySelector('select').addEventListener('change', ({ target }) => {
    const [width, height] = target.value.split(' ')
    show(frame, width, height)
    lines.value = resized(lines.value, width, height)
  })
}

/** Draw *frame* in its size, or as wide as there is room, in the same shape; the line under a picture stays as high. */
function show(frame, width, height) {
  const shrunk = Math.min(1, frame.parentElement.clientWidth / width)
  Object.assign(frame, {
    width: Math.round(width * shrunk),
    height: Math.round((height - WORDS_PX) * shrunk) + WORDS_PX,
  })
}

/** Return the HTML of a frame in another size. */
export function resized(html, width, height) {
  return html.replace(/ width="\d+" height="\d+"/, ` width="${width}" height="${height}"`)
}
