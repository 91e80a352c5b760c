// What the page asks of the service on a sender's behalf. A lost line is waited for; an answer is an answer.

import { pause, untilOnline, waitAfter } from './patience.js'

const TOO_MANY = 429
const SERVICE_TRIES = 4
const MILLISECONDS = 1000
/** Who is told to come back later than this is told so; there is the plain form. */
const LONGEST_ASKED_MS = 20_000
/** Where the API's name for something and the form's differ. */
const FIELDS = { file: 'video' }

/** The service said no, and why. */
export class Refusal extends Error {
  constructor(status, problem = {}) {
    super(problem.detail ?? `HTTP ${status}`)
    this.status = status
    this.code = problem.code
    this.mistakes = mistakesOf(problem.errors ?? [])
  }
}

/** `{field: [sentence]}` of what RFC 9457 lists with pointers such as `#/file/name`. */
export function mistakesOf(errors) {
  const mistakes = {}
  for (const { pointer = '', detail } of errors) {
    const place = pointer.split('/')[1] ?? ''
    const field = FIELDS[place] ?? place
    mistakes[field] = [...(mistakes[field] ?? []), detail]
  }
  return mistakes
}

/** Create a submission: details and consents are saved before any byte. Asked twice with one *key*, it is made once. */
export function createSubmission(url, details, { key, ...how }) {
  return ask('POST', url, { ...how, body: details, headers: { 'Idempotency-Key': key } })
}

/** The requests about one submission's file, by whoever holds its token. */
export class Remote {
  constructor(token, { language, signal, onLine }) {
    this.token = token
    this.how = { language, signal, onLine, headers: { Authorization: `Bearer ${token}` } }
  }

  /** What has arrived: `{part_bytes, parts, file}`. */
  arrived() {
    return this.#ask('GET')
  }

  /** Begin from the first byte, or a replacement: `{part_bytes}`. */
  async begin(file) {
    return (await this.#ask('POST', '', { file })).upload
  }

  async sign(partNumbers) {
    return (await this.#ask('POST', '/sign', { part_numbers: partNumbers })).parts
  }

  complete() {
    return this.#ask('POST', '/complete')
  }

  /** Give the upload up. Not stopped by what stops the others: it comes after. */
  giveUp() {
    return this.#ask('DELETE', '', undefined, { signal: undefined })
  }

  #ask(method, path = '', body = undefined, more = {}) {
    return ask(method, `/api/v1/submission/upload${path}`, { ...this.how, ...more, body })
  }
}

async function ask(method, url, { body, headers = {}, language, signal, onLine = () => {} }) {
  const address = new URL(url, location.href)
  address.searchParams.set('lang', language)
  for (let failures = 1; ; failures += 1) {
    await untilOnline(signal)
    const answer = await tryOnce(method, address, { body, headers, signal })
    onLine(answer !== null)
    const askedToWait = MILLISECONDS * (Number(answer?.headers.get('Retry-After')) || 0)
    const mayChange = !answer || answer.status >= 500 || answer.status === TOO_MANY
    const isWorthIt = !answer || (failures < SERVICE_TRIES && askedToWait <= LONGEST_ASKED_MS)
    if (!mayChange || !isWorthIt) return readAnswer(answer)
    await pause(Math.max(askedToWait, waitAfter(failures)), signal)
  }
}

/** The answer, or null where none came. */
async function tryOnce(method, url, { body, headers, signal }) {
  const content = body === undefined ? {} : { 'Content-Type': 'application/json' }
  try {
    return await fetch(url, {
      method,
      headers: { Accept: 'application/json', ...content, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: 'omit',
      cache: 'no-store',
    })
  } catch (error) {
    if (signal?.aborted) throw error
    return null
  }
}

async function readAnswer(answer) {
  const content = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Refusal(answer.status, content)
  return content
}
