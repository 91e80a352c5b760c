// A link that names a moment of the clip: the player of this page goes there. Without this it opens the clip there.

/** Make *link* move the page's player. */
export function mount(link) {
  const video = document.querySelector('video.desk-player')
  if (!video) return
  link.addEventListener('click', (event) => {
    event.preventDefault()
    video.currentTime = Number(link.dataset.seek)
    video.focus()
    video.play().catch(() => {})
  })
}
