// The only place that judges a video before a byte of it is sent: by the call's rules, with the workers' reasons.
// Only what is sure refuses. What this browser cannot read or play is none of its business: the workers can.

import { readBoxes } from './boxes.js'

const PATIENCE_MS = 4000

// A player, an index and the workers' own count of packets differ by a few hundredths; at a limit they decide.
const LENGTH_MARGIN_S = 0.5

/**
 * Say what *file* is: `{size_bytes, type, isRead, isWhole, hasPicture, hasSound, isPlayable, lengths_s, duration_s,
 * sizes_px, width_px, height_px}`. Lengths and sizes are plural where the player and the index each have their own.
 *
 * `play` is what asks the browser's player; tests bring their own.
 */
export async function readVideo(file, { play = askPlayer } = {}) {
  const boxes = await readBoxes(file)
  const played = boxes && !boxes.type ? null : await play(file)
  const pictures = tracksOf(boxes, 'vide')
  const sounds = tracksOf(boxes, 'soun')
  const lengths_s = [played?.duration_s, longest([...pictures, ...sounds])].filter((length) => length > 0)
  const sizes_px = [played, pictures[0]].filter((size) => size?.width_px > 0 && size.height_px > 0)
  return {
    size_bytes: file.size,
    type: boxes?.type ?? null,
    isRead: boxes !== null,
    isWhole: boxes?.isWhole ?? true,
    hasPicture: pictures.length > 0,
    hasSound: sounds.length > 0,
    isPlayable: Boolean(played?.width_px),
    lengths_s,
    duration_s: lengths_s[0] ?? null,
    sizes_px: sizes_px.map(({ width_px, height_px }) => [width_px, height_px]),
    width_px: sizes_px[0]?.width_px ?? null,
    height_px: sizes_px[0]?.height_px ?? null,
  }
}

/** Everything that is wrong by *rules*, as checks of the API: `{code, verdict, reason, measured, limit, unit}`. */
export function judge(facts, rules) {
  if (facts.isRead && !facts.type) return [fail('container', 'not_a_video')]
  if (!facts.isWhole) return [fail('container', 'incomplete'), ...judgeSize(facts, rules)]
  return [...judgeTracks(facts, rules), ...judgeLength(facts, rules), ...judgePicture(facts, rules), ...judgeSize(facts, rules)]
}

function judgeTracks(facts, rules) {
  if (!facts.isRead) return []
  return [
    !rules.formats.includes(facts.type) && fail('container', 'wrong_format', facts.type, rules.formats.join(', ')),
    !facts.hasPicture && fail('video_stream', 'no_picture'),
    !facts.hasSound && fail('audio_stream', 'no_sound'),
  ].filter(Boolean)
}

function judgeLength({ lengths_s }, { min_duration_s, max_duration_s }) {
  if (lengths_s.length === 0) return []
  const [shortest, longest] = [Math.min(...lengths_s), Math.max(...lengths_s)]
  if (longest < min_duration_s - LENGTH_MARGIN_S) return [fail('duration', 'too_short', longest, min_duration_s, 's')]
  if (shortest > max_duration_s + LENGTH_MARGIN_S) return [fail('duration', 'too_long', shortest, max_duration_s, 's')]
  return []
}

function judgePicture({ sizes_px }, rules) {
  if (sizes_px.length === 0) return []
  const short = Math.max(...sizes_px.map((size) => Math.min(...size)))
  const long = Math.min(...sizes_px.map((size) => Math.max(...size)))
  const small = (verdict, reason, limit) => [{ code: 'resolution', verdict, reason, measured: short, limit, unit: 'px' }]
  if (short < rules.min_short_side_px) return small('fail', 'picture_too_small', rules.min_short_side_px)
  if (long > rules.max_long_side_px) return [fail('resolution', 'picture_too_large', long, rules.max_long_side_px, 'px')]
  if (short < rules.warn_short_side_px) return small('warn', 'picture_small', rules.warn_short_side_px)
  return []
}

function judgeSize({ size_bytes }, { max_bytes }) {
  return size_bytes > max_bytes ? [fail('size', 'file_too_large', size_bytes, max_bytes, 'B')] : []
}

function fail(code, reason, measured = null, limit = null, unit = null) {
  return { code, verdict: 'fail', reason, measured, limit, unit }
}

const tracksOf = (boxes, kind) => (boxes?.tracks ?? []).filter((track) => track.kind === kind)

const longest = (tracks) => Math.max(0, ...tracks.map(({ duration_s }) => duration_s).filter(Number.isFinite))

/** What the browser's own player says of *file*; null where it cannot play it, or takes too long to say so. */
async function askPlayer(file) {
  const video = document.createElement('video')
  const url = URL.createObjectURL(file)
  try {
    return await new Promise((answer) => {
      video.addEventListener('loadedmetadata', () => answer(metadataOf(video)))
      video.addEventListener('error', () => answer(null))
      setTimeout(answer, PATIENCE_MS, null)
      video.preload = 'metadata'
      video.muted = true
      video.src = url
    })
  } finally {
    video.removeAttribute('src')
    video.load()
    URL.revokeObjectURL(url)
  }
}

function metadataOf({ duration, videoWidth, videoHeight }) {
  // Some recorders' files have no end as far as the player knows.
  return { duration_s: Number.isFinite(duration) ? duration : 0, width_px: videoWidth, height_px: videoHeight }
}
