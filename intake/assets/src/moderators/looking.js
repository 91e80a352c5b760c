// Says every half minute that somebody still has this clip open, and shows who else has.

const EVERY_MS = 30_000

/** Keep saying it for the page that *element* stands on, as long as it is seen. */
export function mount(element) {
  const form = element.querySelector('form')
  if (!form) return
  const timer = setInterval(async () => {
    if (document.hidden) return
    const goesOn = await tell(form, element)
    if (!goesOn) clearInterval(timer)
  }, Number(element.dataset.every ?? EVERY_MS))
}

/** Tell the service; false once it does not listen any more, as after the session's end. */
async function tell(form, element) {
  let answer
  try {
    answer = await fetch(form.action, { method: 'POST', body: new FormData(form), redirect: 'manual' })
  } catch {
    // A lost line comes back.
    return true
  }
  if (!answer.ok) return answer.status >= 500
  show(element, await answer.text())
  return true
}

function show(element, words) {
  element.querySelector('[data-who]').textContent = words
  element.querySelector('p').hidden = !words
}
