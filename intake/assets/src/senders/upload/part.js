// Sends one part to the bucket, and notices when a line has died without saying so.

import { stopped } from './patience.js'

const SILENCE_MS = 90_000
const FORBIDDEN = 403
/** Signed, but written by the browser itself; a script that tries is scolded. */
const BROWSERS_OWN = new Set(['content-length', 'host'])

/** A part did not get through. `source.status` is where Uppy looks whether to try again: 0 is a lost line. */
class PartLost extends Error {
  constructor(status) {
    super(`part lost: ${status}`)
    // A signed address is refused when it has run out; the next try asks for another.
    this.source = { status: status === FORBIDDEN ? 0 : status }
  }
}

/** PUT *body* to a signed address. Its entity tag is nobody's business: the service compares sizes and hashes. */
export function sendPart({ signature, body, onProgress, onComplete, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    let alarm
    const stillAlive = () => {
      clearTimeout(alarm)
      alarm = setTimeout(() => end(reject, new PartLost(0)), SILENCE_MS)
    }
    const end = (settle, outcome) => {
      clearTimeout(alarm)
      signal?.removeEventListener('abort', stop)
      settle(outcome)
      request.abort()
    }

    request.upload.onprogress = (event) => {
      stillAlive()
      onProgress(event)
    }
    request.onload = () => {
      if (request.status < 200 || request.status >= 300) return end(reject, new PartLost(request.status))
      onProgress({ loaded: body.size, lengthComputable: true })
      onComplete('held')
      return end(resolve, { ETag: 'held' })
    }
    request.onerror = () => end(reject, new PartLost(0))
    request.onabort = () => end(reject, stopped())
    signal?.addEventListener('abort', stop)

    request.open('PUT', signature.url)
    for (const [name, value] of Object.entries(signature.headers ?? {})) {
      if (!BROWSERS_OWN.has(name.toLowerCase())) request.setRequestHeader(name, value)
    }
    stillAlive()
    request.send(body)
  })
}
