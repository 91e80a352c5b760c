// Shows what the service found wrong in a form as the server's own pages show it: listed above, and at each field.

/** Take away what an earlier try left, the server's own words included. */
export function clearMistakes(form) {
  document.querySelectorAll('[data-error-summary]').forEach((summary) => summary.remove())
  form.querySelectorAll('[aria-invalid]').forEach((field) => {
    describe(field, (ids) => ids.filter((id) => id !== errorId(field)))
    field.removeAttribute('aria-invalid')
    document.getElementById(errorId(field))?.remove()
  })
}

/** Show *mistakes*, `{field: [sentence]}`, and put the reader before them. *general* is said where no field is at fault. */
export function showMistakes(form, mistakes, general) {
  clearMistakes(form)
  const fields = fieldsInOrder(form).filter((field) => mistakes[field.name])
  const known = new Set(fields.map((field) => field.name))
  const others = Object.keys(mistakes).filter((name) => !known.has(name)).flatMap((name) => mistakes[name])
  fields.forEach((field) => markField(field, mistakes[field.name]))
  const lines = [
    ...fields.flatMap((field) => mistakes[field.name].map((sentence) => linkTo(field, sentence))),
    ...(fields.length + others.length === 0 ? [general] : others),
  ]
  showSummary(lines)
}

function showSummary(lines) {
  const summary = copyOf('[data-summary-template]')
  const list = summary.querySelector('[data-list]')
  lines.forEach((line) => {
    const item = document.createElement('li')
    item.append(line)
    list.append(item)
  })
  document.querySelector('main').prepend(summary)
  summary.focus()
  summary.scrollIntoView({ block: 'start' })
}

function markField(field, sentences) {
  const box = document.createElement('div')
  box.id = errorId(field)
  sentences.forEach((sentence) => {
    const mistake = copyOf('[data-mistake-template]')
    mistake.querySelector('[data-sentence]').textContent = sentence
    box.append(mistake)
  })
  field.closest('.field').append(box)
  field.setAttribute('aria-invalid', 'true')
  describe(field, (ids) => [...ids, box.id])
}

function linkTo(field, sentence) {
  const link = document.createElement('a')
  link.href = `#${field.id}`
  link.textContent = field.type === 'checkbox' ? sentence : `${labelOf(field)}: ${sentence}`
  return link
}

function labelOf(field) {
  const label = field.labels[0].cloneNode(true)
  label.querySelectorAll('[aria-hidden]').forEach((mark) => mark.remove())
  return label.textContent.trim()
}

function describe(field, change) {
  const ids = change((field.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean))
  if (ids.length) field.setAttribute('aria-describedby', ids.join(' '))
  else field.removeAttribute('aria-describedby')
}

const fieldsInOrder = (form) => [...form.elements].filter((field) => field.name && field.type !== 'hidden')
const errorId = (field) => `${field.id}-error`
const copyOf = (selector) => document.querySelector(selector).content.firstElementChild.cloneNode(true)
