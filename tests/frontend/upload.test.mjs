import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Refusal, Remote, createSubmission, mistakesOf } from '../../intake/assets/src/senders/upload/api.js'
import { resume } from '../../intake/assets/src/senders/upload/beginnings.js'
import { fingerprintOf, fnv1a, isSame } from '../../intake/assets/src/senders/upload/fingerprint.js'
import { Pace, partsAtOnce, percentOf, quarterPassed } from '../../intake/assets/src/senders/upload/pace.js'
import { patientWaits, waitAfter } from '../../intake/assets/src/senders/upload/patience.js'
import { Signatures } from '../../intake/assets/src/senders/upload/signatures.js'
import { fill, megabytesPerSecond, roundTime } from '../../intake/assets/src/senders/upload/words.js'

const MINUTES = 60_000

function someFile(filler, size = 200_000, name = 'video.mp4') {
  return new File([new Uint8Array(size).fill(filler)], name)
}

/** Signs whatever it is asked for, and remembers what that was. */
function aSigner() {
  const asked = []
  return {
    asked,
    async sign(numbers) {
      asked.push(numbers)
      return numbers.map((part_number) => ({ part_number, url: `part ${part_number}, asking ${asked.length}` }))
    },
  }
}

/** A submission in *state*, of whose file no part is awaited. */
function aSubmission(state) {
  const begun = []
  return {
    begun,
    state: () => Promise.resolve(state),
    arrived: () => Promise.reject(new Refusal(409, { code: 'upload_not_started' })),
    async begin(declared) {
      begun.push(declared)
      return { part_bytes: 5 }
    },
  }
}

/** A service that gives one of *answers* to each question, and notes what is waited and said of the line in between. */
function aService(...answers) {
  const notes = { asked: 0, waits: [], line: [] }
  const how = {
    language: 'it',
    onLine: (isThere) => notes.line.push(isThere),
    rest: async (ms) => notes.waits.push(ms),
    async send() {
      notes.asked += 1
      const [status, headers] = answers[notes.asked - 1] ?? []
      if (!status) throw new TypeError('Failed to fetch')
      return Response.json({ parts: [] }, { status, headers })
    },
  }
  return { notes, how }
}

const times = (count, answer) => Array.from({ length: count }, () => answer)

test('each failure is waited for longer, up to a quarter of a minute', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 99].map((failures) => waitAfter(failures, 1)), [1000, 2000, 4000, 8000, 15_000, 15_000])
})

test('nobody comes back at the same moment as everybody else', () => {
  assert.equal(waitAfter(2, 0), 1000)
})

test('a line may be gone for a walk home', () => {
  const together = patientWaits().reduce((sum, wait) => sum + wait, 0)

  assert.ok(together > 20 * MINUTES)
})

test('the same file is known again under the same fingerprint', async () => {
  assert.equal(await fingerprintOf(someFile(7)), await fingerprintOf(someFile(7)))
})

test('another file of the same size has another fingerprint', async () => {
  assert.notEqual(await fingerprintOf(someFile(7)), await fingerprintOf(someFile(8)))
})

test('a fingerprint is short enough to be kept', async () => {
  assert.ok((await fingerprintOf(someFile(7))).length <= 64)
})

test('where the browser has no SHA-256 the fingerprint is FNV-1a', () => {
  assert.equal(fnv1a(new TextEncoder().encode('foobar')), '85944171f73967e8')
})

test('a file of another size is another file, whatever it is called', () => {
  const known = { name: 'video.mp4', size_bytes: 5, fingerprint: 'sha256-x' }

  assert.equal(isSame(someFile(7, 6), 'sha256-x', known), false)
})

test('without a fingerprint to compare, name and size must do', () => {
  const known = { name: 'video.mp4', size_bytes: 6, fingerprint: null }

  assert.equal(isSame(someFile(7, 6), 'sha256-x', known), true)
  assert.equal(isSame(someFile(7, 6, 'IMG_2.MOV'), 'sha256-x', known), false)
})

test('speed is not guessed from the first moment', () => {
  const pace = new Pace()

  pace.mark(0, 0)
  pace.mark(1_000_000, 1)

  assert.equal(pace.bytesPerSecond, null)
})

test('speed is that of the last moments', () => {
  const pace = new Pace()

  pace.mark(0, 0)
  pace.mark(1_000_000, 60)
  pace.mark(2_000_000, 65)
  pace.mark(4_000_000, 75)

  assert.equal(pace.bytesPerSecond, 200_000)
})

test('a rest is not slowness', () => {
  const pace = new Pace()

  pace.mark(0, 0)
  pace.rest()
  pace.mark(0, 600)
  pace.mark(4_000_000, 604)

  assert.equal(pace.bytesPerSecond, 1_000_000)
})

test('a slow line carries one part at once, a fast one four', () => {
  assert.deepEqual([1e4, 6e5, 1.2e6, 2.2e6, 1e8].map((speed) => partsAtOnce(speed, 5_242_880)), [1, 1, 2, 4, 4])
})

test('a hundred percent is only said of everything', () => {
  assert.equal(percentOf(999_999, 1_000_000), 99)
  assert.equal(percentOf(1_000_000, 1_000_000), 100)
})

test('only quarters are read aloud, and the last of those that were passed', () => {
  assert.equal(quarterPassed(10, 24), null)
  assert.equal(quarterPassed(24, 25), 25)
  assert.equal(quarterPassed(10, 80), 75)
})

test('times are rounded as people say them', () => {
  assert.equal(roundTime(1, 'it'), '5 secondi')
  assert.equal(roundTime(41, 'it'), '45 secondi')
  assert.equal(roundTime(60, 'it'), '1 minuto')
  assert.equal(roundTime(130, 'en'), '3 minutes')
  assert.equal(roundTime(6000, 'it'), '2 ore')
})

test('speed is written as the page writes figures', () => {
  assert.equal(megabytesPerSecond(1_234_567, 'it'), '1,2 MB/s')
})

test('figures come in between braces', () => {
  assert.equal(fill('{sent} di {total}', { sent: '1 MB', total: '2 MB' }), '1 MB di 2 MB')
})

test('parts are signed a handful at a time', async () => {
  const signer = aSigner()
  const signatures = new Signatures(signer, { isWanted: (number) => number <= 6 })

  const urls = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => signatures.take(number)))

  assert.deepEqual(signer.asked, [[1, 2, 3, 4], [5, 6]])
  assert.deepEqual(urls.map(({ part_number }) => part_number), [1, 2, 3, 4, 5, 6])
})

test('a second try gets another address', async () => {
  const signatures = new Signatures(aSigner(), { isWanted: () => true })
  const first = await signatures.take(2)

  const second = await signatures.take(2)

  assert.notEqual(second.url, first.url)
})

test('an address that waited for long is not given out', async () => {
  let now = 0
  const signatures = new Signatures(aSigner(), { isWanted: () => true, now: () => now })
  await signatures.take(1)

  now = 10 * MINUTES

  assert.equal((await signatures.take(2)).url, 'part 2, asking 2')
})

test('a no is not kept', async () => {
  const signer = aSigner()
  const sign = signer.sign
  const signatures = new Signatures(signer, { isWanted: () => true })
  signer.sign = () => Promise.reject(new Error('no'))
  await assert.rejects(signatures.take(1))

  signer.sign = sign

  assert.equal((await signatures.take(2)).part_number, 2)
})

test('mistakes are told by the fields of the form', () => {
  const mistakes = mistakesOf([
    { pointer: '#/role', detail: 'Compila questo campo.' },
    { pointer: '#/file/size_bytes', detail: 'Troppo grande.' },
  ])

  assert.deepEqual(mistakes, { role: ['Compila questo campo.'], video: ['Troppo grande.'] })
})

test('a page left open does not put a file in the place of one that arrived meanwhile', async () => {
  const remote = aSubmission('awaiting_review')

  await assert.rejects(resume({ form: {}, remote, file: someFile(7), declared: {} }), { status: 409 })

  assert.deepEqual(remote.begun, [])
})

test('a file that never came by the plain form is sent from its first byte', async () => {
  const remote = aSubmission('uploading')

  const begun = await resume({ form: { dataset: {} }, remote, file: someFile(7), declared: { name: 'video.mp4' } })

  assert.equal(begun.partBytes, 5)
  assert.deepEqual(remote.begun, [{ name: 'video.mp4' }])
})

for (const [name, ask] of [
  ['what arrived', (remote) => remote.arrived()],
  ['an address', (remote) => remote.sign([1])],
  ['the receipt', (remote) => remote.complete()],
]) {
  test(`a service that is restarted is waited for when it is asked for ${name}`, async () => {
    const { notes, how } = aService(...times(9, [503]), [502], [504], [], [200])

    await ask(new Remote('token', how))

    assert.equal(notes.asked, 13)
    assert.deepEqual(notes.line, [...times(12, false), true])
  })
}

test('who is asked to come back later does, when they were told to', async () => {
  const { notes, how } = aService(...times(6, [429, { 'Retry-After': '40' }]), [200])

  await new Remote('token', how).sign([1])

  assert.deepEqual(notes.waits, times(6, 40_000))
})

test('where nothing was sent yet, a service that is away is said soon', async () => {
  const { notes, how } = aService(...times(9, [503]))

  await assert.rejects(createSubmission('/api', {}, { key: 'key', ...how }), { status: 503 })

  assert.equal(notes.asked, 4)
})

test('a fault of the service is not asked about for ever', async () => {
  const { notes, how } = aService(...times(9, [500]))

  await assert.rejects(new Remote('token', how).complete(), { status: 500 })

  assert.equal(notes.asked, 4)
})

test('an upload is over when the service says so, not when it is in trouble', () => {
  const over = [400, 401, 403, 404, 408, 409, 410, 422, 429, 500, 503].filter((status) => new Refusal(status).isOver)

  assert.deepEqual(over, [401, 404, 409, 410])
})
