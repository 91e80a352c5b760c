// How fast it goes, and how far it is.

const SHORTEST_SPAN_S = 3
const LONGEST_SPAN_S = 15
const AT_RISK_S = 10
const MOST_PARTS_AT_ONCE = 4
const QUARTERS = [25, 50, 75]

/** Bytes a second over the last moments. Resting does not count as being slow. */
export class Pace {
  #marks = []

  /** Note that *bytes* are through at *now_s*. */
  mark(bytes, now_s) {
    this.#marks.push({ bytes, now_s })
    while (this.#marks.length > 2 && now_s - this.#marks[1].now_s >= LONGEST_SPAN_S) this.#marks.shift()
  }

  /** Forget everything: after a rest it begins anew. */
  rest() {
    this.#marks = []
  }

  /** Bytes a second, or null where nobody can tell yet. */
  get bytesPerSecond() {
    const [first, last] = [this.#marks[0], this.#marks[this.#marks.length - 1]]
    if (!first || last.now_s - first.now_s < SHORTEST_SPAN_S || last.bytes <= first.bytes) return null
    return (last.bytes - first.bytes) / (last.now_s - first.now_s)
  }
}

/** How many parts to have under way, of a line that carries so much.
 *
 * What is under way is lost with the line, and with a closed tab: no more than ten seconds' worth. On a slow line four
 * parts at once would all stay unfinished for minutes; on a fast one a single connection does not fill it.
 */
export function partsAtOnce(bytesPerSecond, partBytes) {
  const affordable = Math.floor((AT_RISK_S * bytesPerSecond) / partBytes)
  return Math.min(MOST_PARTS_AT_ONCE, Math.max(1, affordable))
}

/** Whole percent, never 100 before the end. */
export function percentOf(bytes, total) {
  return bytes >= total ? 100 : Math.floor((100 * bytes) / total)
}

/** The quarter that was passed between two looks, to be read aloud; or null. */
export function quarterPassed(before, after) {
  return QUARTERS.filter((quarter) => before < quarter && quarter <= after).pop() ?? null
}
