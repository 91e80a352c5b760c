// The telephone's own way to send a link, where it has one. The others are links, and work without this.

/** Offer it in *list*. */
export function mount(list) {
  const item = list.querySelector('[data-share]')
  if (!item || !navigator.share) return
  item.hidden = false
  const url = document.querySelector('link[rel=canonical]').href
  // Whoever changes their mind has refused nothing that we need to know of.
  item.querySelector('button').addEventListener('click', () => navigator.share({ url, title: document.title }).catch(() => {}))
}
