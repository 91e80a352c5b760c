// A form that decides is sent once: a finger that presses twice meant one decision. The second press must neither drop the
// answer to the first, with its offer to undo, nor fall upon the clip that opens next.

export function sendOnce(form) {
  let isSent = false
  form.addEventListener('submit', (event) => {
    // Unlike a decision, the mail may be looked at again and again.
    if (event.submitter?.matches('[data-preview]')) return
    if (isSent) event.preventDefault()
    isSent = true
  })
  // Who comes back to this very page, by the browser's own button, may decide again.
  addEventListener('pageshow', (event) => {
    if (event.persisted) isSent = false
  })
}
