// The poster from any moment: the player stands at it, the field takes it.

const HUNDREDTHS = 100

/** Let *element*'s button write where the page's player is into its field. */
export function mount(element) {
  const video = document.querySelector('[data-player]')
  const button = element.querySelector('[data-use-moment]')
  const field = element.querySelector('input')
  if (!video) return
  button.hidden = false
  button.addEventListener('click', () => {
    const at_s = Math.round(video.currentTime * HUNDREDTHS) / HUNDREDTHS
    field.value = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false }).format(at_s)
    field.focus()
  })
}
