// Counts the seconds in which a decision can be undone, and takes the offer away when they are over. Without it the
// button stays, and whoever presses it too late is told.

export function mount(bar) {
  const left = bar.querySelector('[data-left]')
  const endsAt = performance.now() + Number(bar.dataset.undo) * 1000

  function count() {
    const seconds = Math.ceil((endsAt - performance.now()) / 1000)
    if (seconds > 0) {
      left.textContent = left.dataset.left.replace('{seconds}', seconds)
      return
    }
    clearInterval(ticking)
    // Whoever is just about to press it must not find that the focus fell to nowhere.
    if (bar.contains(document.activeElement)) document.querySelector('#main').focus()
    bar.querySelector('form').remove()
    bar.classList.add('is-over')
  }

  const ticking = setInterval(count, 500)
  count()
}
