// The waveform under the player, to click in; the still one from the server stays where this does not come.

import WaveSurfer from 'wavesurfer.js'
import Regions from 'wavesurfer.js/plugins/regions'

const HEIGHT_PX = 88
const LOUDEST = 100

/** Put the waveform of *element*'s peaks under the page's player; what is wrong with the sound is marked on it. */
export function mount(element) {
  const video = document.querySelector('[data-player]')
  const style = getComputedStyle(element)
  const still = element.querySelector('svg')
  const holder = element.appendChild(document.createElement('div'))
  const regions = Regions.create()
  const waves = WaveSurfer.create({
    container: holder,
    media: video,
    peaks: [element.dataset.peaks.split(' ').map((peak) => Number(peak) / LOUDEST)],
    duration: Number(element.dataset.duration),
    height: HEIGHT_PX,
    barWidth: 2,
    barGap: 1,
    dragToSeek: true,
    waveColor: style.getPropertyValue('--wave'),
    progressColor: style.getPropertyValue('--wave-played'),
    cursorColor: style.getPropertyValue('--wave-played'),
    // The page's policy lets in no style of anybody else's.
    cspNonce: document.querySelector('script[nonce]')?.nonce,
    plugins: [regions],
  })
  waves.once('ready', () => {
    still.classList.add('visually-hidden')
    for (const { kind, start, end } of JSON.parse(element.dataset.marks)) {
      regions.addRegion({ start, end, color: style.getPropertyValue(`--mark-${kind}`), drag: false, resize: false })
    }
  })
}
