// A button beside something to copy, where the browser lets us. It says that it did, also to who does not see it.

const SAID_MS = 4000

/** Let the button of *box* copy what stands in it. */
export function mount(box) {
  const button = box.querySelector('[data-copy-button]')
  const text = box.querySelector('[data-copy-text]')
  const said = box.querySelector('[data-copy-said]')
  if (!button || !text) return
  // Its place is kept for it until now.
  if (!navigator.clipboard) return button.remove()
  button.hidden = false
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText((text.value ?? text.textContent).trim())
    } catch {
      // Refused by the browser: it is there to be copied by hand.
      button.hidden = true
      text.select?.()
      return
    }
    said.textContent = box.dataset.copied
    setTimeout(() => (said.textContent = ''), SAID_MS)
  })
}
