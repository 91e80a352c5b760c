// Uploads this browser began and has no receipt for, so that a closed page can be gone on with.

const SHELF = 'uploads-without-receipt'
const AT_MOST = 5

/** Keep `{token, call, name, size_bytes, fingerprint}`. Browsers that keep nothing still have the secret link. */
export function keep(upload) {
  write([...unfinished().filter(({ token }) => token !== upload.token), upload].slice(-AT_MOST))
}

/** There is a receipt, or nothing to go on with. */
export function forget(token) {
  write(unfinished().filter((upload) => upload.token !== token))
}

/** Everything kept, oldest first. */
export function unfinished() {
  try {
    const kept = JSON.parse(localStorage.getItem(SHELF) ?? '[]')
    return Array.isArray(kept) ? kept : []
  } catch {
    return []
  }
}

function write(uploads) {
  try {
    localStorage.setItem(SHELF, JSON.stringify(uploads))
  } catch {
    // Private windows and full devices refuse; nothing hangs on it.
  }
}
