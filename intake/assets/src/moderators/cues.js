// What can be done with captions, without a page: times, texts, neighbours. A cue is {start_ms, end_ms, text}.

/** How long a caption is that was just added, where there is room. */
export const NEW_CUE_MS = 2000

/** Write a time for people to read and change: 0:12.500, 1:02:03.004. */
export function clock(ms) {
  const pad = (number, digits) => String(number).padStart(digits, '0')
  const [hours, minutes, seconds] = [Math.floor(ms / 3600000), Math.floor(ms / 60000) % 60, Math.floor(ms / 1000) % 60]
  const tail = `${pad(seconds, 2)}.${pad(ms % 1000, 3)}`
  return hours ? `${hours}:${pad(minutes, 2)}:${tail}` : `${minutes}:${tail}`
}

/** Read what somebody typed as a time: 0:12.500, 12,5, 1:02:03. Null where it is none. */
export function parseClock(text) {
  const found = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,4})(?:[.,](\d{1,3}))?$/.exec(text.trim())
  if (!found) return null
  const [hours, minutes, seconds] = [found[1], found[2], found[3]].map((part) => Number(part ?? 0))
  if (found[2] !== undefined && seconds > 59) return null
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((found[4] ?? '').padEnd(3, '0'))
}

/** Return the text as it is saved: no empty lines, no needless spaces. */
export function tidy(text) {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter(Boolean)
    .join('\n')
}

/** Write cues as WebVTT; those without words are left out, as the server leaves them out. */
export function writeVtt(cues) {
  const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  const full = (ms) => {
    const written = clock(ms)
    return written.split(':').length === 3 ? written.padStart(12, '0') : `00:${written.padStart(9, '0')}`
  }
  const said = cues.map((cue) => ({ ...cue, text: tidy(cue.text) })).filter((cue) => cue.text)
  if (!said.length) return ''
  const blocks = said.map((cue) => `${full(cue.start_ms)} --> ${full(cue.end_ms)}\n${escaped(cue.text)}\n`)
  return ['WEBVTT\n', ...blocks].join('\n')
}

/** Say how long the lines are, how fast the caption must be read, and what makes it hard to read. */
export function judge(cue, limits) {
  const text = tidy(cue.text)
  const counts = text ? text.split('\n').map((line) => [...line].length) : [0]
  const shown_ms = cue.end_ms - cue.start_ms
  const speed = ([...text].length * 1000) / Math.max(shown_ms, 1)
  const advice = []
  if (counts.length > limits.lines) advice.push('too_many_lines')
  if (counts.some((count) => count > limits.characters)) advice.push('line_too_long')
  if (speed > limits.charactersPerS) advice.push('too_fast')
  if (shown_ms < limits.shownMs) advice.push('too_brief')
  return { counts, speed, advice }
}

/** Break a text into lines of much the same length, none longer than *most* where its words allow it. */
export function balanced(text, most) {
  const words = text.split(/\s+/).filter(Boolean)
  const wrap = (width) =>
    words.reduce((lines, word) => {
      const last = lines.at(-1)
      if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
      else lines.push(word)
      return lines
    }, [])
  const fewest = wrap(most).length
  let width = Math.min(Math.ceil(words.join(' ').length / Math.max(fewest, 1)), most)
  while (width < most && wrap(width).length > fewest) width += 1
  return wrap(width).join('\n')
}

/** Give cue *at* other times; its neighbours give way, so that none is read while another still stands. */
export function place(cues, at, { start_ms = cues[at].start_ms, end_ms = cues[at].end_ms }) {
  if (!(start_ms < end_ms)) return null
  const moved = cues.map((cue) => ({ ...cue }))
  const [before, after] = [moved[at - 1], moved[at + 1]]
  if ((before && start_ms <= before.start_ms) || (after && end_ms >= after.end_ms)) return null
  Object.assign(moved[at], { start_ms, end_ms })
  if (before) before.end_ms = Math.min(before.end_ms, start_ms)
  if (after) after.start_ms = Math.max(after.start_ms, end_ms)
  return moved
}

/** Make two of cue *at*: its words before and behind *caret*, and its time at *at_ms* or in the same proportion. */
export function split(cues, at, caret, at_ms, most) {
  const cue = cues[at]
  const [first, second] = [cue.text.slice(0, caret), cue.text.slice(caret)].map((text) => tidy(text))
  if (!first || !second) return null
  const share = cue.start_ms + Math.round(((cue.end_ms - cue.start_ms) * first.length) / (first.length + second.length))
  const middle = at_ms > cue.start_ms && at_ms < cue.end_ms ? at_ms : share
  const halves = [
    { start_ms: cue.start_ms, end_ms: middle, text: balanced(first, most) },
    { start_ms: middle, end_ms: cue.end_ms, text: balanced(second, most) },
  ]
  return halves.every((half) => half.start_ms < half.end_ms) ? spliced(cues, at, 1, ...halves) : null
}

/** Make one of cue *at* and the next. */
export function merge(cues, at, most) {
  const [cue, next] = [cues[at], cues[at + 1]]
  if (!next) return null
  const text = balanced(`${cue.text} ${next.text}`, most)
  return spliced(cues, at, 2, { start_ms: cue.start_ms, end_ms: next.end_ms, text })
}

/** Return a copy in which *count* cues from *at* on gave way to others. (`toSpliced` is too young for some browsers.) */
export function spliced(cues, at, count, ...others) {
  return [...cues.slice(0, at), ...others, ...cues.slice(at + count)]
}

/** Put an empty cue where there is room at or behind *from_ms*; returns the cues and its position. */
export function add(cues, from_ms) {
  const holder = cues.find((cue) => cue.start_ms <= from_ms && from_ms < cue.end_ms)
  const start_ms = holder ? holder.end_ms : from_ms
  const at = cues.findIndex((cue) => cue.start_ms >= start_ms)
  const position = at < 0 ? cues.length : at
  const room = cues[position] ? cues[position].start_ms - start_ms : NEW_CUE_MS
  if (room < 1) return add(cues, cues[position].start_ms)
  const cue = { start_ms, end_ms: start_ms + Math.min(room, NEW_CUE_MS), text: '' }
  return { cues: spliced(cues, position, 0, cue), at: position }
}
