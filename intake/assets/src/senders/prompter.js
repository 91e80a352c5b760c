// The script beside the camera: one step is shown at a time, and moves on by a button, an arrow key or by itself.

import { stepAfter, stepAt } from './takes.js'

const SPEAKING = ['ready', 'counting', 'recording']

/** Let the script in *dialog* move. Returns `{begin, keepTime}`. */
export function prompter(dialog) {
  const steps = [...dialog.querySelectorAll('[data-step]')]
  const byItself = dialog.querySelector('[data-by-itself]')
  let shown = 0

  const show = (step) => {
    shown = step
    steps.forEach((line, number) => {
      if (number === step) line.setAttribute('aria-current', 'step')
      else line.removeAttribute('aria-current')
    })
    steps[step].scrollIntoView({ block: 'nearest' })
  }
  const move = (key) => show(stepAfter(shown, key, steps.length))

  dialog.addEventListener('keydown', (event) => {
    if (!event.key.startsWith('Arrow') || !SPEAKING.includes(dialog.dataset.stage)) return
    event.preventDefault()
    move(event.key)
  })
  dialog.addEventListener('click', ({ target }) => {
    const key = target.closest('[data-move]')?.dataset.move
    if (key) move(key)
  })

  return {
    begin: () => show(0),
    keepTime(elapsed_s) {
      if (!byItself.checked) return
      const due = stepAt(elapsed_s, Number(byItself.dataset.seconds), steps.length)
      // Somebody who is ahead is not called back.
      if (due > shown) show(due)
    },
  }
}
