// The staff's pages work without any of this, except where they say so. Each piece is fetched by pages that hold it.

/** Which elements want which piece; `mount(element)` is what a piece exports. */
const PIECES = {
  '[data-moment]': () => import('./moderators/moment.js'),
  '[data-waves]': () => import('./moderators/waves.js'),
  '[data-captions]': () => import('./moderators/captions.js'),
  '[data-seek]': () => import('./moderators/seek.js'),
  '[data-cut]': () => import('./moderators/cutting.js'),
  '[data-waits]': () => import('./moderators/waiting.js'),
  '[data-looked-at]': () => import('./moderators/looking.js'),
  '[data-undo]': () => import('./moderators/undo.js'),
  '[data-keyboard]': () => import('./moderators/keyboard.js'),
  '[data-decision-form]': () => import('./moderators/deciding.js'),
}

for (const [selector, load] of Object.entries(PIECES)) {
  const found = document.querySelectorAll(selector)
  if (found.length) load().then(({ mount }) => found.forEach(mount))
}

// Words that hold only with scripts, and those that hold only without.
for (const words of document.querySelectorAll('[data-with-scripts]')) words.hidden = false
for (const words of document.querySelectorAll('[data-without-scripts]')) words.hidden = true

document.querySelector('[data-error-summary]')?.focus()
