// What the browser's own player does not do: it is made faster and slower, goes to a chapter or a paragraph, and the
// transcript says where it is. Nothing of it is remembered.

/** Bind the speed, the chapters and the transcript of the page to *video*. */
export function mount(video) {
  const speed = document.querySelector('[data-speed]')
  if (speed) {
    speed.hidden = false
    speed.querySelector('select').addEventListener('change', ({ target }) => (video.playbackRate = Number(target.value)))
  }
  const moments = [...document.querySelectorAll('[data-at]')]
  for (const moment of moments) {
    moment.addEventListener('click', (event) => {
      event.preventDefault()
      video.currentTime = Number(moment.dataset.at)
      video.play().catch(() => {})
    })
  }
  const paragraphs = moments.filter((moment) => moment.matches('.transcript *'))
  if (paragraphs.length) video.addEventListener('timeupdate', () => follow(paragraphs, video.currentTime))
}

function follow(paragraphs, now) {
  const current = paragraphs.findLast((paragraph) => Number(paragraph.dataset.at) <= now + 0.05)
  for (const paragraph of paragraphs) {
    if (paragraph === current) paragraph.setAttribute('aria-current', 'true')
    else paragraph.removeAttribute('aria-current')
  }
}
