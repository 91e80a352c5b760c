// How each kind of form gets to an upload: makes a submission, goes on with one, or replaces its file.
//
// Each is given `{form, file, declared, how}` and `remote`, where the submission exists; it answers the same with
// `remote` and `partBytes` (none where the file is here already), or null where somebody has to think first.

import { OWN_FIELD, Refusal, Remote, createSubmission } from './api.js'
import { isSame } from './fingerprint.js'
import { keep } from './kept.js'

const KEY_BYTES = 18

export async function create({ form, declared, how }) {
  const made = await announce(form, { ...detailsOf(form), file: declared }, how)
  keep({ ...declared, token: made.token, call: form.dataset.call })
  return { remote: new Remote(made.token, how), partBytes: made.upload?.part_bytes }
}

export async function replace({ remote, declared }) {
  return { remote, partBytes: (await remote.begin(declared)).part_bytes }
}

export async function resume({ form, remote, file, declared }) {
  const known = await whatArrived(remote)
  if (known && isSame(file, declared.fingerprint, known.file)) return { remote, partBytes: known.part_bytes }
  const mayStartOver = !known?.parts.length || form.dataset.startsOver === declared.fingerprint
  if (mayStartOver) return replace({ remote, declared })
  askWhetherToStartOver(form, declared)
  return null
}

async function announce(form, details, how) {
  try {
    return await createSubmission(form.dataset.uploadUrl, details, { ...how, key: keyField(form).value })
  } catch (error) {
    if (error.code !== 'idempotency_key_reused') throw error
    // The browser brought back a page that sent something else before: this is another submission.
    newKey(form)
    return createSubmission(form.dataset.uploadUrl, details, { ...how, key: keyField(form).value })
  }
}

/**
 * Null where the file was to come in one piece, by the plain form, and did not. Where none is awaited any more the no
 * stands: a page left open must not put a half-sent file in the place of one that has arrived.
 */
async function whatArrived(remote) {
  try {
    return await remote.arrived()
  } catch (error) {
    const isPlain = error instanceof Refusal && error.code === 'upload_not_started'
    if (isPlain && (await remote.state()) === 'uploading') return null
    throw error
  }
}

/** Another file, or the same one converted again by the phone: what has arrived is of no use to it. Its owner decides. */
function askWhetherToStartOver(form, declared) {
  const note = form.querySelector('[data-other-file]')
  const button = form.querySelector('[type="submit"]')
  const label = button.textContent
  note.hidden = false
  button.textContent = note.dataset.startOver
  form.dataset.startsOver = declared.fingerprint
  const forget = () => {
    note.hidden = true
    button.textContent = label
    delete form.dataset.startsOver
  }
  form.querySelector('[data-video]').addEventListener('change', forget, { once: true })
}

/** What was typed and ticked, as the API takes it. */
export function detailsOf(form) {
  const fields = [...form.elements].filter(({ name, type }) => name && !['file', 'submit'].includes(type))
  const details = fields.map((field) => [field.name, field.type === 'checkbox' ? field.checked : field.value])
  const { csrf_token: _, submission_key: __, ...told } = Object.fromEntries(details)
  const own = Object.keys(told).filter((name) => name.startsWith(OWN_FIELD))
  const choices = Object.fromEntries(own.map((name) => [name.slice(OWN_FIELD.length), told[name]]))
  own.forEach((name) => delete told[name])
  return own.length ? { ...told, choices } : told
}

/** Another submission than the last: that one was given up. */
export function newKey(form) {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  keyField(form).value = btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_')
}

const keyField = (form) => form.elements.submission_key
