// The ways to a video beside picking one: the sound check and, at a desk, the recorder. Both are fetched when wanted.

import { putFile } from './chosen.js'

/** Give the buttons of *field* their behaviour. Whoever goes on with a file they sent half of is offered none. */
export function openStudio(field) {
  const ways = field.querySelector('[data-ways]')
  if (!ways) return
  const input = field.querySelector('[data-video]')
  const beforehand = JSON.parse(field.dataset.beforehand)
  const opensOnce = (name, load) => {
    const button = field.querySelector(`[data-opens="${name}"]`)
    // Outside the form: a key pressed in a dialog must not send it.
    const dialog = document.querySelector(`dialog[data-${name}]`)
    let open
    button.addEventListener('click', async () => {
      open ??= await load(dialog)
      open()
    })
  }

  opensOnce('sound-check', async (dialog) => {
    const { soundCheck } = await import('./trying.js')
    return soundCheck(dialog, beforehand.sound)
  })
  opensOnce('recorder', async (dialog) => {
    const { recorder } = await import('./recorder.js')
    return recorder(dialog, beforehand, (file) => putFile(input, file))
  })
  ways.classList.add('is-ready')
}
