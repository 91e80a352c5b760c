// The page inside somebody else's frame: the player's keys and the choice of file, and a link that leads out of it.

import { leadOut } from './visitors/leading.js'
import { mount } from './visitors/player.js'

for (const video of document.querySelectorAll('video.player')) mount(video)
for (const link of document.querySelectorAll('[data-leads-out]')) leadOut(link)
