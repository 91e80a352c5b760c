// What the public's pages need of JavaScript, piece by piece: each is fetched where the page has what it is for.

const PIECES = {
  'nav.pages': () => import('./visitors/more.js'),
  'ul.clips': () => import('./visitors/preview.js'),
  'video.player': () => import('./visitors/player.js'),
  '[data-copy]': () => import('./visitors/copying.js'),
  '[data-embedding]': () => import('./visitors/embedding.js'),
  '[data-sharing]': () => import('./visitors/sharing.js'),
}

for (const [selector, fetchPiece] of Object.entries(PIECES)) {
  for (const element of document.querySelectorAll(selector)) {
    fetchPiece().then(({ mount }) => mount(element))
  }
}
