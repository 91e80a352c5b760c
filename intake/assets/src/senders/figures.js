// The only place that writes figures and fills them into sentences, as `intake/wording` does for workers and mails.

const BYTES_PER_MEGABYTE = 1e6
const SECONDS_PER_MINUTE = 60

const decimal = (value, language, digits) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits, useGrouping: false }).format(value)

/** Write *bytes* as telephones do: `12,3 MB`. */
export function megabytes(bytes, language) {
  return `${decimal(bytes / BYTES_PER_MEGABYTE, language, bytes < 100 * BYTES_PER_MEGABYTE ? 1 : 0)} MB`
}

/** Write a length of time: `8,2 s`, `45 s`, `2 min 5 s`. */
export function duration(seconds, language) {
  if (seconds < SECONDS_PER_MINUTE) return `${decimal(seconds, language, 1)} s`
  const whole = Math.round(seconds)
  const rest = whole % SECONDS_PER_MINUTE
  const minutes = `${Math.floor(whole / SECONDS_PER_MINUTE)} min`
  return rest ? `${minutes} ${rest} s` : minutes
}

/** Write what a clock shows: `1:05`. */
export function clock(seconds) {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / SECONDS_PER_MINUTE)}:${String(whole % SECONDS_PER_MINUTE).padStart(2, '0')}`
}

/** Write a figure with its *unit*, one of the API's. */
export function figure(value, unit, language) {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (unit === 's') return duration(value, language)
  if (unit === 'B') return megabytes(value, language)
  return `${decimal(value, language, 1)} ${unit ?? ''}`.trim()
}

/** Say how *check* ended, with the page's own *sentences*, one a reason. */
export function say(check, sentences, language) {
  return sentences[check.reason]
    .replaceAll('{measured}', figure(check.measured, check.unit, language))
    .replaceAll('{limit}', figure(check.limit, check.unit, language))
}
