// The decision's form: a canned reason is put among what is written, in the sender's language, and can be changed; the
// mail is shown in the page. Without it the server does the one, and the page is loaded anew for the other.

import { sendOnce } from './once.js'

/** The reason that was put in last: choosing another takes its place, as long as nobody changed it. */
let inserted = ''

function insert(area, words) {
  const written = area.value
  const isUntouched = inserted && written.startsWith(inserted)
  const own = isUntouched ? written.slice(inserted.length).replace(/^\n/, '') : written
  area.value = [words, own].filter(Boolean).join('\n')
  inserted = words
}

function offerReasons(form, area) {
  const box = form.querySelector('[data-reasons]')
  if (!box) return
  const select = box.querySelector('select')
  // Its words are in the text from now on, and the server must not put them there a second time; it only counts which
  // reason it was.
  select.name = 'inserted_code'
  box.querySelector('[data-without-scripts]').hidden = true
  box.querySelector('[data-with-scripts]').hidden = false
  const words = () => document.getElementById(`words-${select.value}`)?.content.textContent ?? ''
  select.addEventListener('change', () => insert(area, words()))
  if (select.value && !('inserted' in select.dataset)) insert(area, words())
  // Nothing is left of it.
  area.addEventListener('input', () => {
    if (!area.value.trim()) select.value = ''
  })
}

async function showMail(button, form) {
  const place = document.querySelector('#mail-preview')
  button.setAttribute('aria-disabled', 'true')
  try {
    const answer = await fetch(button.formAction, { method: 'POST', body: new URLSearchParams(new FormData(form)) })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const mails = page.querySelector('#mail-preview')
    // A page without one: somebody decided meanwhile, or the session is over. The whole page says which.
    if (!mails) return form.requestSubmit(button)
    place.replaceChildren(...mails.childNodes)
    place.focus()
  } finally {
    button.removeAttribute('aria-disabled')
  }
}

export function mount(form) {
  const area = form.querySelector('[data-reason]')
  const button = form.querySelector('[data-preview]')
  let asksForPage = false
  sendOnce(form)
  offerReasons(form, area)
  button.addEventListener('click', (event) => {
    if (asksForPage) return
    event.preventDefault()
    showMail(button, form).catch(() => {
      asksForPage = true
      button.click()
    })
  })
}
