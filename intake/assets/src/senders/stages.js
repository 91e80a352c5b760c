// Dialogs that go through stages: what belongs to a stage says so in `data-when`, the words for each trouble in
// `data-trouble`. The words themselves stand in the page.

/** Show of *dialog* what belongs to *stage*, and put the focus where somebody goes on. */
export function showStage(dialog, stage) {
  dialog.dataset.stage = stage
  dialog.querySelectorAll('[data-when]').forEach((part) => {
    part.hidden = !part.dataset.when.split(' ').includes(stage)
  })
  dialog.querySelector('[data-do][data-when]:not([hidden])')?.focus()
}

/** Say what is in the way, and what to do instead. */
export function showTrouble(dialog, trouble) {
  dialog.querySelectorAll('[data-trouble]').forEach((words) => {
    words.hidden = words.dataset.trouble !== trouble
  })
  showStage(dialog, 'trouble')
}

/** Let every button of *dialog* with a `data-do` do what it is called in *deeds*. */
export function obey(dialog, deeds) {
  dialog.addEventListener('click', ({ target }) => {
    const deed = deeds[target.closest('[data-do]')?.dataset.do]
    deed?.()
  })
}

/** Call *then* when *dialog* closes, and when it is taken out of the page, which closes nothing. */
export function whenOver(dialog, then) {
  const watch = new MutationObserver(() => {
    if (dialog.isConnected) return
    watch.disconnect()
    then()
  })
  dialog.addEventListener('close', then)
  watch.observe(document, { childList: true, subtree: true })
}

export const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds))
