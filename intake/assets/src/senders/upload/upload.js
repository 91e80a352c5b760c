// Sends a form's video in parts, on top of the form that works without: details first, then bytes, then the receipt.

import { Refusal, Remote } from './api.js'
import { stayAwake } from './awake.js'
import * as beginnings from './beginnings.js'
import { fingerprintOf } from './fingerprint.js'
import { forget } from './kept.js'
import { clearMistakes, showMistakes } from './mistakes.js'
import { Panel } from './panel.js'

const MISTAKEN = [400, 413, 415, 422]
const RUNS = 3

const loadTransfer = () => import('./transfer.js')

/** Give *form* (`data-upload="create|resume|replace"`) the better way; whatever fails leaves the plain one. */
export function uploadInParts(form) {
  const panel = document.getElementById(form.dataset.uploadPanel)
  if (!globalThis.fetch || !globalThis.AbortController) return
  const sending = new Sending(form, new Panel(panel))
  // Before the form's other listeners: they are for the plain way.
  form.addEventListener('submit', (event) => sending.submitted(event), { capture: true })
  form.addEventListener('focusin', () => loadTransfer().catch(() => {}), { once: true })
  // A page taken back out of the browser's memory is not sending any more.
  addEventListener('pageshow', (event) => event.persisted && sending.forgetEverything())
}

class Sending {
  #isPlain = false
  #stop = null
  #remote = null
  #transfer = null

  constructor(form, panel) {
    this.form = form
    this.panel = panel
    this.language = document.documentElement.lang
  }

  submitted(event) {
    const file = this.form.querySelector('[data-video]').files[0]
    if (this.#isPlain || !file) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (this.#stop === null) this.#send(file)
  }

  forgetEverything() {
    this.#end()
    this.#isPlain = false
    if (this.form.dataset.upload === 'create') beginnings.newKey(this.form)
    this.#showForm()
  }

  async #send(file) {
    this.#stop = new AbortController()
    const sleep = stayAwake()
    addEventListener('beforeunload', warn)
    const stopWatching = this.#watchTheDevice()
    this.#showPanel(file)
    try {
      await this.#carry(file)
    } catch (error) {
      if (error.name !== 'AbortError') this.#fail(error)
    } finally {
      sleep()
      stopWatching()
      removeEventListener('beforeunload', warn)
    }
  }

  async #carry(file) {
    const [{ Transfer }, fingerprint] = await Promise.all([loadTransfer(), fingerprintOf(file)])
    const declared = { name: file.name, size_bytes: file.size, type: file.type || 'video/mp4', fingerprint }
    const how = { language: this.language, signal: this.#stop.signal, onLine: (isThere) => this.#lineIs(isThere) }
    const { upload, uploadToken } = this.form.dataset
    this.#remote = uploadToken ? new Remote(uploadToken, how) : null
    const begun = await beginnings[upload]({ form: this.form, remote: this.#remote, file, declared, how })
    if (begun === null) return this.#showForm()
    this.#remote = begun.remote
    if (!begun.partBytes) return this.#leave({ received: 1 })
    this.#transfer = new Transfer(file, begun.partBytes, begun.remote, {
      progress: (bytes) => this.panel.moves(bytes),
      trouble: (isDown) => this.#lineIs(!isDown),
    })
    this.panel.says('sending')
    await this.#run(this.#transfer)
    this.panel.says('finishing')
    return this.#leave({ received: 1 })
  }

  /** A lost line is waited for. What the bucket says no to is asked about again: the service knows what has arrived. */
  async #run(transfer) {
    for (let run = 1; run < RUNS; run += 1) {
      try {
        return await transfer.run()
      } catch (error) {
        if (!error.source && error.code !== 'upload_incomplete') throw error
      }
    }
    return transfer.run()
  }

  #fail(error) {
    const isRefusal = error instanceof Refusal
    if (isRefusal && MISTAKEN.includes(error.status) && this.#transfer === null) {
      this.#showForm()
      showMistakes(this.form, error.mistakes, error.message)
    } else if (isRefusal && error.isOver && this.#remote) {
      // Received, withdrawn or given up meanwhile, perhaps in another window: its page says which.
      this.#leave()
    } else {
      this.panel.says(error.name === 'Blocked' ? 'blocked' : 'stopped', isRefusal ? error.message : '')
    }
  }

  #showPanel(file) {
    clearMistakes(this.form)
    this.form.hidden = true
    this.panel.open(file, {
      pause: () => this.panel.says(this.#transfer?.pauseOrResume() ? 'paused' : 'sending'),
      retry: () => this.#again(file),
      plain: () => this.#goPlain(),
      cancel: () => this.#cancel(),
    })
  }

  #showForm() {
    this.#stop = null
    this.panel.close()
    this.form.hidden = false
    this.form.querySelector('[type="submit"]').focus()
  }

  #again(file) {
    this.#end()
    this.#send(file)
  }

  /** The whole file in one request, as without JavaScript: for networks that let nobody at the bucket. */
  #goPlain() {
    this.#end()
    this.panel.says('plain')
    this.#isPlain = true
    this.form.requestSubmit()
  }

  async #cancel() {
    const remote = this.#remote
    this.#end()
    this.panel.says('cancelling')
    // Where this does not get through, the upload is swept in the end, as one that was left.
    await remote?.giveUp().catch(() => {})
    if (this.form.dataset.upload !== 'create') return location.reload()
    if (remote) forget(remote.token)
    beginnings.newKey(this.form)
    return this.#showForm()
  }

  #leave(more = {}) {
    forget(this.#remote.token)
    removeEventListener('beforeunload', warn)
    const asked = new URLSearchParams(location.search).get('lang')
    const query = new URLSearchParams({ ...more, ...(asked && { lang: asked }) }).toString()
    location.assign(`/submissions/${this.#remote.token}${query && `?${query}`}`)
  }

  #end() {
    this.#stop?.abort()
    this.#transfer?.stop()
    this.#stop = this.#transfer = this.#remote = null
    removeEventListener('beforeunload', warn)
  }

  /** A device knows at once that it has no line; what is under way may take a minute and a half to notice. */
  #watchTheDevice() {
    const watching = new AbortController()
    addEventListener('offline', () => this.#lineIs(false), watching)
    addEventListener('online', () => this.#lineIs(true), watching)
    return () => watching.abort()
  }

  #lineIs(isThere) {
    if (!isThere && ['preparing', 'sending'].includes(this.panel.what)) this.panel.says('waiting')
    if (isThere && this.panel.what === 'waiting') this.panel.says(this.#transfer ? 'sending' : 'preparing')
  }
}

function warn(event) {
  event.preventDefault()
  // Safari and older browsers ask only when this is set.
  event.returnValue = true
}
