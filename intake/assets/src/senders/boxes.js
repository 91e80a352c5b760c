// The only place that reads MP4 and QuickTime boxes in the browser: for what its player cannot open, and to know for
// sure what is missing. It reads headers and the index, never the pictures. The workers' `media/boxes.py` says more.
//
// Source: ISO/IEC 14496-12 (ISO base media file format).

const QUICKTIME_BRAND = 'qt  '
const MAX_BOXES = 2000
const MAX_INDEX_BYTES = 16 * 1024 * 1024
const UNKNOWN_LENGTH = 0xffffffff

const FRAGMENT = { hasBaseOffset: 0x1, hasDescription: 0x2, hasDuration: 0x8 }
const RUN = { hasOffset: 0x1, hasFirstFlags: 0x4, hasDurations: 0x100, hasSizes: 0x200, hasFlags: 0x400, hasShifts: 0x800 }

/** The file goes on in a way that nobody here can follow; that says nothing about whether it is good. */
class CannotFollow extends Error {}

/**
 * Read what the boxes of *file* say.
 *
 * Returns `{type, isWhole, tracks}`, null where they cannot be followed. `type` is `mp4`, `mov` or null for what is no
 * video at all; each track has `kind` (`vide`, `soun`, …), `duration_s`, and `width_px` and `height_px` as people see it.
 */
export async function readBoxes(file) {
  try {
    return await walk(file)
  } catch (error) {
    // RangeError is a box that promises more than it holds, NotReadableError a file that went away.
    if (error instanceof CannotFollow || error instanceof RangeError || error instanceof DOMException) return null
    throw error
  }
}

async function walk(file) {
  const type = typeOf(await viewOf(file, 0, 12))
  if (!type) return { type, isWhole: true, tracks: [] }
  const { index, lastFragments, isWhole } = await topLevel(file)
  const tracks = index ? tracksOf(index) : []
  lastFragments.forEach((fragment) => addFragment(tracks, fragment))
  return { type, isWhole: isWhole && index !== null, tracks: tracks.map(shown) }
}

function typeOf(head) {
  if (head.byteLength < 12 || text(head, 4) !== 'ftyp') return null
  return text(head, 8) === QUICKTIME_BRAND ? 'mov' : 'mp4'
}

async function topLevel(file) {
  let index = null
  let isWhole = true
  // The last one need not hold every track.
  let lastFragments = []
  let start = 0
  for (let count = 0; file.size - start >= 8 && isWhole; count += 1) {
    if (count === MAX_BOXES) throw new CannotFollow()
    const box = header(await viewOf(file, start, 16), 0, file.size - start)
    isWhole = start + box.size <= file.size
    if (isWhole && box.kind === 'moov') index = await contentOf(file, start, box)
    if (isWhole && box.kind === 'moof') lastFragments = [...lastFragments.slice(-1), await contentOf(file, start, box)]
    start += box.size
  }
  return { index, lastFragments, isWhole }
}

async function contentOf(file, start, box) {
  if (box.size > MAX_INDEX_BYTES) throw new CannotFollow()
  return viewOf(file, start + box.header, box.size - box.header)
}

async function viewOf(file, start, length) {
  return new DataView(await file.slice(start, start + length).arrayBuffer())
}

const text = (view, at) => String.fromCharCode(...[0, 1, 2, 3].map((number) => view.getUint8(at + number)))

/** Read the header at *at*; what says neither its size nor its end goes on for *rest* bytes. */
function header(view, at, rest) {
  const size = view.getUint32(at)
  const kind = text(view, at + 4)
  if (size === 1) return { kind, header: 16, size: Number(view.getBigUint64(at + 8)) }
  if (size === 0) return { kind, header: 8, size: rest }
  if (size < 8) throw new CannotFollow()
  return { kind, header: 8, size }
}

/** All boxes directly inside *view*, as `[kind, view]`. */
function children(view) {
  const found = []
  for (let at = 0; view.byteLength - at >= 8; ) {
    const box = header(view, at, view.byteLength - at)
    if (box.size < box.header) throw new CannotFollow()
    found.push([box.kind, new DataView(view.buffer, view.byteOffset + at + box.header, box.size - box.header)])
    at += box.size
  }
  return found
}

const all = (view, kind) => children(view).filter(([name]) => name === kind).map(([, content]) => content)

function first(view, ...path) {
  return path.reduce((inside, kind) => inside && all(inside, kind)[0], view)
}

function tracksOf(index) {
  const movie = first(index, 'mvhd')
  if (!movie) throw new CannotFollow()
  const movieScale = movie.getUint32(movie.getUint8(0) === 1 ? 20 : 12)
  const defaults = new Map(all(index, 'mvex').flatMap((box) => all(box, 'trex')).map((box) => [box.getUint32(4), box.getUint32(12)]))
  return all(index, 'trak').map((track) => trackOf(track, movieScale, defaults))
}

function trackOf(track, movieScale, defaults) {
  const head = first(track, 'tkhd')
  const media = first(track, 'mdia', 'mdhd')
  const handler = first(track, 'mdia', 'hdlr')
  if (!head || !media || !handler) throw new CannotFollow()
  const isLarge = head.getUint8(0) === 1
  const id = head.getUint32(isLarge ? 20 : 12)
  return {
    id,
    kind: text(handler, 8),
    scale: media.getUint32(media.getUint8(0) === 1 ? 20 : 12),
    sampleTicks: defaults.get(id) ?? 0,
    duration_s: lengthOf(head, isLarge) / movieScale,
    ...uprightSize(head, isLarge ? 52 : 40),
  }
}

function lengthOf(head, isLarge) {
  const ticks = isLarge ? Number(head.getBigUint64(28)) : head.getUint32(20)
  return ticks >= UNKNOWN_LENGTH ? 0 : ticks
}

/** Width and height after the turn that the matrix at *at* asks for. */
function uprightSize(head, at) {
  const isTurned = head.getInt32(at) === 0 && head.getInt32(at + 4) !== 0
  const width = Math.round(head.getUint32(at + 36) / 65536)
  const height = Math.round(head.getUint32(at + 40) / 65536)
  return isTurned ? { width_px: height, height_px: width } : { width_px: width, height_px: height }
}

/** Browsers' recorders write no length at the front; the last fragment of each track says where it ends. */
function addFragment(tracks, fragment) {
  for (const part of all(fragment, 'traf')) {
    const head = first(part, 'tfhd')
    const track = tracks.find(({ id }) => id === head?.getUint32(4))
    const begin = first(part, 'tfdt')
    if (!track || !begin || !track.scale) continue
    const startTicks = begin.getUint8(0) === 1 ? Number(begin.getBigUint64(4)) : begin.getUint32(4)
    const ticks = all(part, 'trun').reduce((sum, run) => sum + runTicks(run, sampleTicks(head, track)), startTicks)
    track.duration_s = Math.max(track.duration_s, ticks / track.scale)
  }
}

function sampleTicks(head, track) {
  const flags = head.getUint32(0)
  if (!(flags & FRAGMENT.hasDuration)) return track.sampleTicks
  return head.getUint32(8 + (flags & FRAGMENT.hasBaseOffset ? 8 : 0) + (flags & FRAGMENT.hasDescription ? 4 : 0))
}

function runTicks(run, defaultTicks) {
  const flags = run.getUint32(0)
  const samples = run.getUint32(4)
  if (!(flags & RUN.hasDurations)) return samples * defaultTicks
  const start = 8 + (flags & RUN.hasOffset ? 4 : 0) + (flags & RUN.hasFirstFlags ? 4 : 0)
  const perSample = [RUN.hasDurations, RUN.hasSizes, RUN.hasFlags, RUN.hasShifts].filter((flag) => flags & flag).length
  let ticks = 0
  for (let number = 0; number < samples; number += 1) ticks += run.getUint32(start + 4 * perSample * number)
  return ticks
}

function shown({ kind, duration_s, width_px, height_px }) {
  return { kind, duration_s, width_px, height_px }
}
