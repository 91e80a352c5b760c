// Pure rules of the recorder: in what form it records, when it stops, which step of the script is shown.

// H.264 is what everything plays; with Opus the workers make AAC of it. Without a codec named, some browsers take VP9.
const TYPES = [
  'video/mp4;codecs=avc1.64001F,mp4a.40.2',
  'video/mp4;codecs=avc1.42E01F,mp4a.40.2',
  'video/mp4;codecs=avc1.42E01F,opus',
]

// The recorder's own clock starts a little earlier than ours.
const STOP_EARLY_S = 0.5

/** The form to record in; undefined where *isSupported* knows none that we take. */
export function recordingType(isSupported) {
  return TYPES.find(isSupported)
}

/** Tell whether a take of *elapsed_s* is as long as *rules* allow. */
export function isFull(elapsed_s, { max_duration_s }) {
  return elapsed_s >= max_duration_s - STOP_EARLY_S
}

/** The step to show after *step* of *count*, by an arrow key; the same one at either end. */
export function stepAfter(step, key, count) {
  const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
  return Math.min(Math.max(step + (moves[key] ?? 0), 0), count - 1)
}

/** The step that is shown by itself after *elapsed_s*, when each has *seconds*. */
export function stepAt(elapsed_s, seconds, count) {
  return Math.min(Math.floor(elapsed_s / seconds), count - 1)
}
