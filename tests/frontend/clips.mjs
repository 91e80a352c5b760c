// Clips in memory: real ones made by `tests/media_factory.py`, and what people pick by mistake.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, openAsBlob, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'clips-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const MAKE = `
import sys
from pathlib import Path
from tests import media_factory
print(getattr(media_factory, sys.argv[1])(Path(sys.argv[2])))
`

const made = new Map()

/** The clip that the function called *name* of `media_factory` makes, once. */
export async function clip(name) {
  if (!made.has(name)) {
    made.set(name, execFileSync(process.env.PYTHON, ['-c', MAKE, name, folder], { encoding: 'utf8' }).trim())
  }
  return openAsBlob(made.get(name))
}
