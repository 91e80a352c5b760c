// How sizes, speeds and times are written: by the browser, in the page's language.

const BYTES_PER_MEGABYTE = 1e6
const MINUTE_S = 60
const HOURS_FROM_S = 90 * MINUTE_S

/** Put *values* where a sentence of the page has `{names}`. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name])
}

/** `1,2 MB/s` */
export function megabytesPerSecond(bytes, language) {
  return inUnit(bytes / BYTES_PER_MEGABYTE, 'megabyte-per-second', language, { digits: 1 })
}

/** `40 secondi`, `3 minuti`: rounded as people say it, so that it does not flicker. */
export function roundTime(seconds, language) {
  const long = { unitDisplay: 'long' }
  if (seconds < MINUTE_S) return inUnit(Math.max(5, 5 * Math.ceil(seconds / 5)), 'second', language, long)
  if (seconds < HOURS_FROM_S) return inUnit(Math.ceil(seconds / MINUTE_S), 'minute', language, long)
  return inUnit(Math.ceil(seconds / MINUTE_S / MINUTE_S), 'hour', language, long)
}

function inUnit(value, unit, language, { digits = 0, unitDisplay = 'short' }) {
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay,
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  }).format(value)
}
