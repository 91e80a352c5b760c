// While a form is on its way: say so, and let nobody send it twice.

export function sendOnce(form) {
  const button = form.querySelector('[type="submit"]')
  const sending = form.querySelector('[data-sending]')
  let isOnItsWay = false

  const setOnItsWay = (value) => {
    isOnItsWay = value
    button.setAttribute('aria-disabled', String(value))
    sending.hidden = !value
  }

  form.addEventListener('submit', (event) => {
    if (isOnItsWay) event.preventDefault()
    else setOnItsWay(true)
  })
  // A page taken back out of the browser's memory is not sending any more.
  addEventListener('pageshow', (event) => event.persisted && setOnItsWay(false))
}
