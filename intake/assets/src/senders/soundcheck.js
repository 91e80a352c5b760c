// The only place that judges a sound check, by the workers' own limits and with their reasons. Pure.

// The worst first: who is told that nothing can be heard needs no word about noise.
const FAULTS = [
  ['silent', ({ integrated_lufs }, { silent_lufs }) => integrated_lufs === null || integrated_lufs <= silent_lufs],
  ['no_speech', ({ speech_s }, { min_speech_s }) => speech_s < min_speech_s],
  ['badly_clipped', ({ clipped_ratio }, { badly_clipped_ratio }) => clipped_ratio >= badly_clipped_ratio],
  ['very_noisy', ({ speech_to_noise_db }, { very_noisy_db }) => isBelow(speech_to_noise_db, very_noisy_db)],
  ['very_quiet', ({ integrated_lufs }, { very_quiet_lufs }) => integrated_lufs < very_quiet_lufs],
  ['clipped', ({ clipped_ratio }, limits) => clipped_ratio >= limits.clipped_ratio],
  ['noisy', ({ speech_to_noise_db }, { noisy_db }) => isBelow(speech_to_noise_db, noisy_db)],
  ['quiet', ({ integrated_lufs }, { quiet_lufs }) => integrated_lufs < quiet_lufs],
]

const isBelow = (value, limit) => value !== null && value < limit

/** Return the reason that matters most in *levels*; `fine` where nothing is wrong. */
export function judgeSound(levels, limits) {
  return FAULTS.find(([, isThere]) => isThere(levels, limits))?.[0] ?? 'fine'
}

const TOO_LOUD_DBFS = -4
const REMEMBERED = 20

/** Return what turns one level after the other into a word for it: `nothing`, `quiet`, `good` or `loud`. */
export function loudnessWord({ very_quiet_lufs, quiet_lufs }) {
  const levels = []
  return (dbfs) => {
    levels.push(dbfs)
    if (levels.length > REMEMBERED) levels.shift()
    // People pause; the loudest of the last two seconds says how they are heard.
    const loudest = Math.max(...levels)
    if (loudest < very_quiet_lufs) return 'nothing'
    if (loudest < quiet_lufs) return 'quiet'
    return loudest > TOO_LOUD_DBFS ? 'loud' : 'good'
  }
}
