// A button that copies the secret link, where the browser lets us.

export function copyLink(box) {
  const button = box.querySelector('[data-copy-button]')
  if (!button || !navigator.clipboard) return
  button.hidden = false
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(box.querySelector('[data-copy-text]').textContent.trim())
    } catch {
      // Refused by the browser: the link is there to be selected by hand.
      button.hidden = true
      return
    }
    button.textContent = box.dataset.copied
  })
}
