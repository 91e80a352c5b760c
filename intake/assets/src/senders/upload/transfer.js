// The only place that knows Uppy: it cuts the file into parts and sends up to four at once. Loaded when it is needed.

import AwsS3 from '@uppy/aws-s3'
import Uppy from '@uppy/core'
import { RateLimitedQueue } from '@uppy/utils'

import { Pace, partsAtOnce } from './pace.js'
import { sendPart } from './part.js'
import { patientWaits } from './patience.js'
import { Signatures } from './signatures.js'

const MILLISECONDS = 1000
const BLOCKED_AFTER = 8
const QUIET_MS = 15_000
const SILENT = { debug() {}, warn() {}, error() {} }
const UPLOAD = { uploadId: 'the token knows', key: 'the token knows' }

/** Not one byte gets to the bucket, although the service answers: something on the way forbids it. */
export class Blocked extends Error {
  name = 'Blocked'
}

/** One file on its way. */
export class Transfer {
  #uppy
  #id
  #failures = 0
  #hasMoved = false
  #bytes = 0
  #quiet = null
  #error = null
  // One at first, and after every loss: more when the line has shown what it carries.
  #queue = new RateLimitedQueue(1)
  #pace = new Pace()

  /** *on* hears `progress(bytes)` and `trouble(isDown)`. */
  constructor(file, partBytes, remote, on) {
    this.file = file
    this.on = on
    this.remote = remote
    this.partBytes = partBytes
    this.arrived = new Set()
    this.#uppy = new Uppy({ logger: SILENT }).use(AwsS3, this.#plugin())
    this.#id = this.#uppy.addFile({ name: file.name, type: file.type, data: file })
    // Uppy gives up an upload of its own making at the first error; one that is restored it asks about, and goes on.
    this.#uppy.setFileState(this.#id, { s3Multipart: UPLOAD })
    this.#uppy.on('upload-progress', (_, { bytesUploaded }) => this.#moved(bytesUploaded))
    this.#uppy.on('upload-error', (_, error) => {
      this.#error = error
    })
  }

  /** Send what has not arrived. Ends when all is there and the service gave the receipt; again after an error.
   *
   * Throws `Blocked`, `Refusal` (the service says no), or what Uppy ended with.
   */
  async run() {
    const isAgain = this.#error !== null
    this.#error = null
    this.#failures = 0
    await (isAgain ? this.#uppy.retryUpload(this.#id) : this.#uppy.upload())
    clearTimeout(this.#quiet)
    if (this.#error) throw this.#error
  }

  pauseOrResume() {
    return this.#uppy.pauseResume(this.#id)
  }

  /** Stop for good; what arrived stays until the service is told. */
  stop() {
    clearTimeout(this.#quiet)
    this.#uppy.destroy()
  }

  #plugin() {
    const signatures = new Signatures(this.remote, {
      isWanted: (number) => number <= Math.ceil(this.file.size / this.partBytes) && !this.arrived.has(number),
    })
    return {
      rateLimitedQueue: this.#queue,
      shouldUseMultipart: true,
      getChunkSize: () => this.partBytes,
      retryDelays: patientWaits(),
      createMultipartUpload: async () => UPLOAD,
      listParts: () => this.#listParts(),
      // Uppy asks for a signature as often as it sends, whatever the answer. A no is handed on as one, and ends it.
      signPart: (_, { partNumber }) => signatures.take(partNumber).catch((refusal) => ({ refusal })),
      uploadPartBytes: (part) => this.#send(part),
      completeMultipartUpload: async () => {
        await this.remote.complete()
        return {}
      },
      // Whoever stops for good tells the service, which knows more to clean up than the parts.
      abortMultipartUpload: async () => {},
    }
  }

  async #listParts() {
    const { parts } = await this.remote.arrived()
    this.arrived = new Set(parts.map((part) => part.part_number))
    this.on.progress(parts.reduce((sum, part) => sum + part.size_bytes, 0))
    return parts.map((part) => ({ PartNumber: part.part_number, Size: part.size_bytes, ETag: 'held' }))
  }

  async #send(part) {
    if (part.signature.refusal) throw part.signature.refusal
    try {
      const sent = await sendPart(part)
      this.#failures = 0
      this.#hasMoved = true
      this.on.trouble(false)
      return sent
    } catch (error) {
      if (error.name !== 'AbortError') this.#lost(error)
      throw error
    }
  }

  #lost(error) {
    this.#failures += 1
    this.#pace.rest()
    this.#queue.limit = 1
    this.on.trouble(true)
    if (this.#failures >= BLOCKED_AFTER && !this.#hasMoved) throw new Blocked('no byte gets through', { cause: error })
  }

  #moved(bytes) {
    if (bytes > 0) this.#hasMoved = true
    if (bytes > this.#bytes) this.#lineLives()
    this.#bytes = bytes
    this.on.progress(bytes)
    this.#pace.mark(bytes, performance.now() / MILLISECONDS)
    this.#adapt()
  }

  /** A line over which nothing passes is as good as lost to whoever watches; it is waited for all the same. */
  #lineLives() {
    clearTimeout(this.#quiet)
    this.on.trouble(false)
    this.#quiet = setTimeout(() => this.on.trouble(true), QUIET_MS)
  }

  #adapt() {
    const speed = this.#pace.bytesPerSecond
    const limit = speed ? partsAtOnce(speed, this.partBytes) : this.#queue.limit
    if (limit === this.#queue.limit || this.#queue.isPaused) return
    this.#queue.limit = limit
    // Uppy's queue looks for more to do only when something ends, or here.
    this.#queue.resume()
  }
}
