// How long to wait before trying again. Everything that goes over the line asks here.

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 15_000

/** Milliseconds before the try after *failures* in a row: growing, and never the same for everybody at once. */
export function waitAfter(failures, random = Math.random()) {
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS) * (0.5 + random / 2)
}

/** The waits of somebody who does not give up: the line may be gone for as long as a walk home takes. */
export function patientWaits(tries = 200) {
  return Array.from({ length: tries }, (_, failures) => waitAfter(failures + 1))
}

/** What a wait or a request ends with when its *signal* is aborted. */
export function stopped() {
  return new DOMException('stopped', 'AbortError')
}

/** Wait so long, or until *signal* is aborted. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer)
      reject(stopped())
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp)
      resolve()
    }, ms)
    if (signal?.aborted) giveUp()
    else signal?.addEventListener('abort', giveUp, { once: true })
  })
}

/** Wait until the device says it has a line. Some never say so: then it is tried all the same. */
export async function untilOnline(signal) {
  if (navigator.onLine !== false) return
  const isBack = new AbortController()
  const wake = () => isBack.abort()
  addEventListener('online', wake, { once: true })
  try {
    await pause(LONGEST_WAIT_MS, isBack.signal)
  } catch {
    // The line is back.
  } finally {
    removeEventListener('online', wake)
  }
  if (signal?.aborted) throw stopped()
}
