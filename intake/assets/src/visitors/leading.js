// A frame in a sandbox opens nothing and leads nowhere. WordPress frames pages it does not know in that way, and follows
// a link for them where they ask for it (wp-embed.js, "link"); other pages leave it at the address, to be copied.

/** Let *link* lead out of a frame without an origin of its own. */
export function leadOut(link) {
  if (window.origin !== 'null') return
  link.addEventListener('click', (event) => {
    event.preventDefault()
    const secret = new URLSearchParams(location.hash.replace(/^#\??/, '')).get('secret')
    if (secret) parent.postMessage({ message: 'link', value: link.href, secret }, '*')
    link.textContent = link.href
  })
}
