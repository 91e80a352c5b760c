// Keeps a phone's screen on while it sends: most phones stop sending when they fall asleep.

/** Returns a function that lets the phone sleep again. */
export function stayAwake() {
  let lock = null
  let isOver = false

  const ask = async () => {
    if (isOver || document.hidden) return
    try {
      lock = await navigator.wakeLock?.request('screen')
      if (isOver) lock?.release()
    } catch {
      // Low battery: the phone decides.
    }
  }

  // Looking at something else in between ends it.
  document.addEventListener('visibilitychange', ask)
  ask()
  return () => {
    isOver = true
    document.removeEventListener('visibilitychange', ask)
    lock?.release()
  }
}
