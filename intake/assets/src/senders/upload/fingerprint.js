// Tells whether a file is the one that was begun: phones forget a chosen file, and iPhones convert it at every choice.

const EDGE_BYTES = 64 * 1024

/** A short name for what is in *file*: the same bytes at both ends, and the same size, give the same name. */
export async function fingerprintOf(file) {
  const head = await file.slice(0, EDGE_BYTES).arrayBuffer()
  const tail = await file.slice(Math.max(EDGE_BYTES, file.size - EDGE_BYTES)).arrayBuffer()
  const size = new TextEncoder().encode(String(file.size))
  const edges = new Uint8Array(await new Blob([head, tail, size]).arrayBuffer())
  // Browsers offer it only where the page came over https or from this machine.
  return globalThis.crypto?.subtle ? `sha256-${await sha256(edges)}` : `fnv1a-${fnv1a(edges)}`
}

/** Whether *file* is what the service knows as *known*; without a fingerprint name and size must do. */
export function isSame(file, fingerprint, known) {
  if (!known || known.size_bytes !== file.size) return false
  const isComparable = known.fingerprint?.split('-')[0] === fingerprint.split('-')[0]
  return isComparable ? known.fingerprint === fingerprint : known.name === file.name
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return btoa(String.fromCharCode(...digest)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
}

/** FNV-1a, 64 bits in four parts. It only has to notice an accident, nobody gains by deceiving themselves. */
export function fnv1a(bytes) {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}
