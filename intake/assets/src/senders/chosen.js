// Says which file was picked, and stops one that is too large before a byte of somebody's data plan is spent.

const BYTES_PER_MEGABYTE = 1e6

/** Write *bytes* as telephones do: `12,3 MB`. */
export function megabytes(bytes, language) {
  const figure = new Intl.NumberFormat(language, { maximumFractionDigits: bytes < 100 * BYTES_PER_MEGABYTE ? 1 : 0 })
  return `${figure.format(bytes / BYTES_PER_MEGABYTE)} MB`
}

export function showChosenFile(field) {
  const input = field.querySelector('input[type="file"]')
  const chosen = field.querySelector('[data-chosen]')

  const show = () => {
    const file = input.files[0]
    const isTooLarge = Boolean(file) && file.size > Number(input.dataset.maxBytes)
    input.setCustomValidity(isTooLarge ? chosen.dataset.tooLarge : '')
    chosen.hidden = !file
    chosen.classList.toggle('is-too-large', isTooLarge)
    if (!file) return
    const name = `${chosen.dataset.chosenLabel} ${file.name}, ${megabytes(file.size, document.documentElement.lang)}`
    chosen.textContent = isTooLarge ? `${name}. ${chosen.dataset.tooLarge}` : name
  }

  input.addEventListener('change', show)
  // Browsers keep a chosen file when one goes back to the form.
  show()
}
