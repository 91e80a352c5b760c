// Cutting beside the player: edges are taken from where it stands, and the cleaned sound plays in its place.

const APART_S = 0.08
const HUNDREDTHS = 100

/** Let *form* take its edges from the page's player; it counts in seconds of the original, the player in those of the cut. */
export function mount(form) {
  const video = document.querySelector('video.desk-player')
  if (!video) return
  const start_s = Number(form.dataset.start)
  for (const button of form.querySelectorAll('[data-take]')) {
    button.hidden = false
    button.addEventListener('click', () => {
      const at_s = Math.round((video.currentTime + start_s) * HUNDREDTHS) / HUNDREDTHS
      form.elements[button.dataset.take].value = String(at_s).replace('.', decimalMark())
      form.elements[button.dataset.take].focus()
    })
  }
  document.querySelectorAll('[data-sounds]').forEach((sounds) => mountSounds(sounds, video))
}

/** Let somebody switch between the sounds while the picture goes on. */
function mountSounds(sounds, video) {
  const start_s = Number(sounds.dataset.start)
  const tracks = new Map([...sounds.querySelectorAll('[data-sound]')].map((audio) => [audio.dataset.sound, audio]))
  sounds.querySelector('[data-with-player]').hidden = false
  sounds.querySelector('[data-without-player]').hidden = true
  const heard = () => tracks.get(sounds.querySelector('[name=heard]:checked').value)

  const follow = () => {
    const chosen = heard()
    video.muted = Boolean(chosen)
    for (const audio of tracks.values()) {
      if (audio !== chosen || video.paused || video.seeking) audio.pause()
    }
    if (!chosen) return
    const wanted_s = video.currentTime + start_s
    chosen.playbackRate = video.playbackRate
    chosen.volume = video.volume
    if (Math.abs(chosen.currentTime - wanted_s) > APART_S) chosen.currentTime = wanted_s
    if (!video.paused && !video.seeking && chosen.paused) chosen.play().catch(() => {})
  }

  sounds.addEventListener('change', follow)
  for (const happening of ['play', 'playing', 'pause', 'seeking', 'seeked', 'timeupdate', 'ratechange', 'ended']) {
    video.addEventListener(happening, follow)
  }
}

function decimalMark() {
  return document.documentElement.lang === 'it' ? ',' : '.'
}
