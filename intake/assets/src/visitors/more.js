// The gallery goes on by itself where its page ends; the link that leads on stays a link, and works without this.

/** Let *pages*, the navigation with the link to the next page, fetch it when it comes into view. */
export function mount(pages) {
  const list = document.querySelector('ul.clips')
  const link = pages.querySelector('a[rel=next]')
  if (!list || !link || !('IntersectionObserver' in window)) return
  const observer = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return
    // One page at a time: what was fetched pushes the link out of sight again.
    observer.unobserve(pages)
    try {
      if (await fetchNext(list, link)) observer.observe(pages)
      else pages.hidden = true
    } catch {
      // The link stays for whoever wants to try again.
    }
  }, { rootMargin: '600px 0px' })
  observer.observe(pages)
}

async function fetchNext(list, link) {
  const answer = await fetch(link.href, { headers: { Accept: 'text/html' } })
  if (!answer.ok) throw new Error(answer.status)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  list.append(...page.querySelectorAll('ul.clips > li'))
  const next = page.querySelector('nav.pages a[rel=next]')
  if (next) link.setAttribute('href', next.getAttribute('href'))
  return Boolean(next)
}
