// Signed addresses of parts, a handful at each asking: on a bad line every question costs.

const AT_ONCE = 4
const FRESH_MS = 5 * 60_000

export class Signatures {
  #ready = new Map()

  constructor(remote, { isWanted, now = Date.now }) {
    this.remote = remote
    this.isWanted = isWanted
    this.now = now
  }

  /** A fresh address for part *number*; each is given out once, so that a second try never meets an old one. */
  async take(number) {
    const known = this.#ready.get(number)
    this.#ready.delete(number)
    if (known && this.now() - known.signedAt < FRESH_MS) return (await known.asking)[number]
    const wanted = Array.from({ length: AT_ONCE }, (_, step) => number + step).filter(
      (each) => each === number || (this.isWanted(each) && !this.#ready.has(each)),
    )
    const asking = this.#ask(wanted)
    wanted.slice(1).forEach((each) => this.#ready.set(each, { asking, signedAt: this.now() }))
    try {
      return (await asking)[number]
    } catch (error) {
      wanted.forEach((each) => this.#ready.delete(each))
      throw error
    }
  }

  async #ask(numbers) {
    const parts = await this.remote.sign(numbers)
    return Object.fromEntries(parts.map((part) => [part.part_number, part]))
  }
}
