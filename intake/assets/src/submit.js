// Senders' pages work without any of this; it only makes waiting easier.

import { showChosenFile } from './senders/chosen.js'
import { copyLink } from './senders/copy.js'
import { keepFresh } from './senders/refresh.js'
import { sendOnce } from './senders/sending.js'
import { openStudio } from './senders/studio.js'

/** Give *root*'s forms and buttons their behaviour; also after a part of the page was swapped. */
function enhance(root) {
  root.querySelectorAll('[data-file-field]').forEach(showChosenFile)
  root.querySelectorAll('[data-file-field]').forEach(openStudio)
  root.querySelectorAll('form[data-send]').forEach(sendOnce)
  root.querySelectorAll('[data-copy]').forEach(copyLink)
}

enhance(document)
keepFresh(document, { onSwap: enhance })
document.querySelector('[data-error-summary]')?.focus()
