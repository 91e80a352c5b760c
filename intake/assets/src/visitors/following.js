// The transcript says where the player is, and keeps that in sight within its box: never while its reader moves it.

const READING_MS = 5000

/** Mark in *box* the paragraph that *video* is at. */
export function follow(video, box) {
  const moments = [...box.querySelectorAll('[data-at]')]
  let current = null
  let readsUntil = 0
  for (const name of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
    box.addEventListener(name, () => (readsUntil = Date.now() + READING_MS), { passive: true })
  }
  video.addEventListener('timeupdate', () => {
    const next = momentAt(moments, video.currentTime)
    if (next === current) return
    current?.removeAttribute('aria-current')
    next?.setAttribute('aria-current', 'true')
    current = next
    if (next && Date.now() > readsUntil) keepInSight(box, next.closest('li'))
  })
}

/** Return the last of *moments* that is not after *now*. */
export function momentAt(moments, now) {
  // A seek may end a hair before what was asked for.
  return moments.filter(({ dataset }) => Number(dataset.at) <= now + 0.05).at(-1) ?? null
}

function keepInSight(box, paragraph) {
  if (box.scrollHeight <= box.clientHeight) return
  const top = paragraph.offsetTop - box.clientHeight / 3
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'
  box.scrollTo({ top, behavior })
}
