// A button that copies what stands in its box, where the browser lets us; without it, it is selected by one click.

/** Bind the button of *box*. */
export function mount(box) {
  const button = box.querySelector('button')
  if (!button || !navigator.clipboard) return
  button.hidden = false
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(box.querySelector('code').textContent.trim())
      button.textContent = box.dataset.copy
    } catch {
      // Refused by the browser: it is there to be selected by hand.
      button.hidden = true
    }
  })
}
