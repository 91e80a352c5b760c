// Shows which video was chosen, and stops one that is sure to be refused before a byte of somebody's data plan is
// spent. The sentences are the workers' own.

import { duration, megabytes, say } from './figures.js'
import { judge, readVideo } from './precheck.js'

/** Give *field* its behaviour. A recorded video comes the same way as a picked one: into the input, which says `change`. */
export function showChosenFile(field) {
  const input = field.querySelector('[data-video]')
  const { rules, sentences } = JSON.parse(field.dataset.beforehand)
  const language = document.documentElement.lang

  const show = async () => {
    const file = input.files[0]
    clear(field, input)
    if (!file) return
    const facts = await readVideo(file)
    // Somebody who changes their mind is quicker than some disks.
    if (input.files[0] !== file) return
    showFacts(field, file, facts, language)
    const checks = judge(facts, rules).map((check) => ({ ...check, words: say(check, sentences, language) }))
    showProblems(field, input, checks)
  }

  input.addEventListener('change', show)
  takeFromCamera(field, input)
  // Browsers keep a chosen file when one goes back to the form.
  if (input.files.length > 0) show()
}

/** Put *file* into *input* as if it had been picked there. */
export function putFile(input, file) {
  const transfer = new DataTransfer()
  transfer.items.add(file)
  input.files = transfer.files
  input.dispatchEvent(new Event('change', { bubbles: true }))
}

/** What the camera app recorded belongs into the one input of the form that is looked at. */
function takeFromCamera(field, input) {
  const camera = field.querySelector('[data-camera]')
  camera?.addEventListener('change', () => {
    if (camera.files[0]) putFile(input, camera.files[0])
    camera.value = ''
  })
  // Without scripts either of the two may hold the video, so the page does not ask for this one.
  input.required = true
}

function clear(field, input) {
  const preview = field.querySelector('[data-preview]')
  URL.revokeObjectURL(preview.src)
  preview.removeAttribute('src')
  field.querySelectorAll('[data-chosen], [data-problems]').forEach((part) => {
    part.hidden = true
  })
  field.querySelector('[data-problems]').replaceChildren()
  // What the server found wrong was about another file.
  document.getElementById(`${input.id}-error`)?.remove()
  input.setCustomValidity('')
  input.removeAttribute('aria-invalid')
  describe(input, { problems: false })
}

function showFacts(field, file, facts, language) {
  const chosen = field.querySelector('[data-chosen]')
  const words = chosen.querySelector('[data-facts]')
  const { width_px, height_px, duration_s } = facts
  const known = [
    megabytes(file.size, language),
    duration_s && duration(duration_s, language),
    width_px && (height_px > width_px ? words.dataset.upright : words.dataset.lying),
  ]
  chosen.querySelector('[data-name]').textContent = file.name
  words.textContent = known.filter(Boolean).join(' · ')
  const preview = chosen.querySelector('[data-preview]')
  preview.hidden = !facts.isPlayable
  // iPhones draw nothing until they are sent to a moment.
  if (facts.isPlayable) preview.src = `${URL.createObjectURL(file)}#t=0.1`
  // A file that is no video at all needs no word about its preview.
  chosen.querySelector('[data-no-preview]').hidden = facts.isPlayable || (facts.isRead && !facts.hasPicture)
  chosen.hidden = false
}

function showProblems(field, input, checks) {
  const problems = field.querySelector('[data-problems]')
  const refusals = checks.filter(({ verdict }) => verdict === 'fail')
  problems.replaceChildren(...checks.map((check) => line(field, check)))
  problems.hidden = checks.length === 0
  describe(input, { problems: checks.length > 0 })
  if (refusals.length === 0) return
  input.setCustomValidity(refusals.map(({ words }) => words).join(' '))
  input.setAttribute('aria-invalid', 'true')
  input.focus()
}

function line(field, { words, verdict }) {
  const copy = field.querySelector(`template[data-${verdict}]`).content.firstElementChild.cloneNode(true)
  copy.querySelector('[data-words]').textContent = words
  return copy
}

/** Tie what is wrong with the file to its input, beside the hint that is there from the start. */
function describe(input, { problems }) {
  input.setAttribute('aria-describedby', `${input.id}-hint${problems ? ` ${input.id}-problems` : ''}`)
}
