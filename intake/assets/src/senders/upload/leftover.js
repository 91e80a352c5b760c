// Offers to go on with an upload that this browser began, and says how much of it has arrived.

import { megabytes } from '../figures.js'
import { Refusal, Remote } from './api.js'
import { forget, unfinished } from './kept.js'
import { percentOf } from './pace.js'
import { fill } from './words.js'

const PATIENCE_MS = 20_000

/** On the call's page: a way back to the last upload without a receipt, if it still waits. */
export async function offerToGoOn(box) {
  const upload = unfinished().filter(({ call }) => call === box.dataset.leftover).pop()
  if (!upload || !(await ask(upload.token))) return
  box.querySelector('[data-leftover-name]').textContent = upload.name
  box.querySelector('a').href = `/submissions/${upload.token}${location.search}`
  box.hidden = false
}

/** On the status page: how much is there, so that nobody thinks it was all for nothing. */
export async function tellWhatArrived(box) {
  const known = await ask(box.dataset.arrived)
  const bytes = known?.parts.reduce((sum, part) => sum + part.size_bytes, 0)
  if (!bytes) return
  const language = document.documentElement.lang
  const values = {
    sent: megabytes(bytes, language),
    total: megabytes(known.file.size_bytes, language),
    percent: percentOf(bytes, known.file.size_bytes),
  }
  box.textContent = fill(box.dataset.sentence, values)
  box.hidden = false
}

async function ask(token) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    return await new Remote(token, { language: document.documentElement.lang, signal: stop.signal }).arrived()
  } catch (error) {
    if (error instanceof Refusal && error.isOver) forget(token)
    return null
  } finally {
    clearTimeout(timer)
  }
}
