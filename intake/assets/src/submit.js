// Senders' pages work without any of this; it only makes waiting easier.

import { showChosenFile } from './senders/chosen.js'
import { copyLink } from './senders/copy.js'
import { keepFresh } from './senders/refresh.js'
import { sendOnce } from './senders/sending.js'
import { openStudio } from './senders/studio.js'
import { offerToGoOn, tellWhatArrived } from './senders/upload/leftover.js'
import { uploadInParts } from './senders/upload/upload.js'

/** Give *root*'s forms and buttons their behaviour; also after a part of the page was swapped. */
function enhance(root) {
  root.querySelectorAll('[data-file-field]').forEach(showChosenFile)
  root.querySelectorAll('[data-file-field]').forEach(openStudio)
  root.querySelectorAll('form[data-upload]').forEach(uploadInParts)
  root.querySelectorAll('form[data-send]').forEach(sendOnce)
  root.querySelectorAll('[data-copy]').forEach(copyLink)
  root.querySelectorAll('[data-arrived]').forEach(tellWhatArrived)
}

// First: it notes what the server said before anything is changed.
keepFresh(document, { onSwap: enhance })
enhance(document)
document.querySelectorAll('[data-leftover]').forEach(offerToGoOn)
document.querySelector('[data-error-summary]')?.focus()
