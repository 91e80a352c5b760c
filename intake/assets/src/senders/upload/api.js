// What the page asks of the service on a sender's behalf. A lost line is waited for; an answer is an answer.

import { pause, untilOnline, waitAfter } from './patience.js'

const TOO_MANY = 429
/** What stands before the service says while it is restarted or swamped: as good as a lost line. */
const AWAY = [502, 503, 504]
/** The submission was received, withdrawn or given up meanwhile, or is no longer known. */
const OVER = [401, 404, 409, 410]
const SERVICE_TRIES = 4
const MILLISECONDS = 1000
/** Who is told to come back later than this is told so; there is the plain form. */
const LONGEST_ASKED_MS = 20_000
/** With bytes on their way nobody is sent back to the start: what comes back by itself is waited for. */
const PATIENTLY = { isPatient: true }
/** Where the API's name for something and the form's differ. */
const FIELDS = { file: 'video' }
/** How the form calls the call's own fields, which the API takes as `choices`. */
export const OWN_FIELD = 'choice_'

/** The service said no, and why. */
export class Refusal extends Error {
  constructor(status, problem = {}) {
    super(problem.detail ?? `HTTP ${status}`)
    this.status = status
    this.code = problem.code
    this.mistakes = mistakesOf(problem.errors ?? [])
  }

  /** There is nothing to go on with. Any other no may be another one later. */
  get isOver() {
    return OVER.includes(this.status)
  }
}

/** `{field: [sentence]}` of what RFC 9457 lists with pointers such as `#/file/name`. */
export function mistakesOf(errors) {
  const mistakes = {}
  for (const { pointer = '', detail } of errors) {
    const [, place = '', name = ''] = pointer.split('/')
    const field = place === 'choices' ? OWN_FIELD + name : (FIELDS[place] ?? place)
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
  /** *how* is `{language, signal, onLine}`; tests bring their own `send` and `rest` for the line and its waits. */
  constructor(token, how) {
    this.token = token
    this.how = { ...how, headers: { Authorization: `Bearer ${token}` } }
  }

  /** What has arrived: `{part_bytes, parts, file}`. */
  arrived() {
    return this.#ask('GET', '', undefined, PATIENTLY)
  }

  /** Where the submission stands. */
  async state() {
    return (await ask('GET', '/api/v1/submission', this.how)).state
  }

  /** Begin from the first byte, or a replacement: `{part_bytes}`. */
  async begin(file) {
    return (await this.#ask('POST', '', { file })).upload
  }

  async sign(partNumbers) {
    return (await this.#ask('POST', '/sign', { part_numbers: partNumbers }, PATIENTLY)).parts
  }

  complete() {
    return this.#ask('POST', '/complete', undefined, PATIENTLY)
  }

  /** Give the upload up. Not stopped by what stops the others: it comes after. */
  giveUp() {
    return this.#ask('DELETE', '', undefined, { signal: undefined })
  }

  #ask(method, path = '', body = undefined, more = {}) {
    return ask(method, `/api/v1/submission/upload${path}`, { ...this.how, ...more, body })
  }
}

async function ask(method, url, { body, headers = {}, language, signal, onLine = () => {}, isPatient = false, send = fetch, rest = pause }) {
  const address = `${url}?${new URLSearchParams({ lang: language })}`
  for (let failures = 1; ; failures += 1) {
    await untilOnline(signal)
    const answer = await tryOnce(send, method, address, { body, headers, signal })
    const isLost = !answer || (isPatient && AWAY.includes(answer.status))
    onLine(!isLost)
    const askedToWait = MILLISECONDS * (Number(answer?.headers.get('Retry-After')) || 0)
    if (!isLost && !isWorthAnotherTry(answer.status, { failures, askedToWait, isPatient })) return readAnswer(answer)
    await rest(Math.max(askedToWait, waitAfter(failures)), signal)
  }
}

function isWorthAnotherTry(status, { failures, askedToWait, isPatient }) {
  if (status === TOO_MANY && isPatient) return true
  const mayChange = status >= 500 || status === TOO_MANY
  return mayChange && failures < SERVICE_TRIES && askedToWait <= LONGEST_ASKED_MS
}

/** The answer, or null where none came. */
async function tryOnce(send, method, url, { body, headers, signal }) {
  const content = body === undefined ? {} : { 'Content-Type': 'application/json' }
  try {
    return await send(url, {
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
