// Films and sounds before anybody plays them: the first moment is seen, how long they are is known, and nothing moves.
import type { Page } from '@playwright/test'
import { enter, expect, LOBBY, log, composer, test } from './stage'

/** A second of a green film or of a tone, as a browser records it. */
async function recorded(page: Page, kind: 'video' | 'audio'): Promise<Buffer> {
  const bytes = await page.evaluate(async (kind) => {
    const type = kind === 'video' ? 'video/webm;codecs=vp8' : 'audio/webm;codecs=opus'
    let stream: MediaStream
    let draw: ReturnType<typeof setInterval> | undefined
    if (kind === 'video') {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 120 })
      const context = canvas.getContext('2d')!
      draw = setInterval(() => {
        context.fillStyle = 'rgb(40 160 60)'
        context.fillRect(0, 0, 320, 120)
      }, 40)
      stream = canvas.captureStream(25)
    } else {
      const audio = new AudioContext()
      const [tone, out] = [audio.createOscillator(), audio.createMediaStreamDestination()]
      tone.connect(out)
      tone.start()
      stream = out.stream
    }
    const recorder = new MediaRecorder(stream, { mimeType: type })
    const pieces: Blob[] = []
    recorder.ondataavailable = ({ data }) => pieces.push(data)
    const end = new Promise((done) => (recorder.onstop = done))
    recorder.start()
    await new Promise((done) => setTimeout(done, 1_200))
    recorder.stop()
    await end
    clearInterval(draw)
    return [...new Uint8Array(await new Blob(pieces).arrayBuffer())]
  }, kind)
  return Buffer.from(bytes)
}

const film = (page: Page, seq: number) => log(page).locator(`[data-seq="${seq}"] video`)

/** The colour in the middle of what a film shows. */
function colour(page: Page, seq: number): Promise<number[] | null> {
  return film(page, seq).evaluate((video: HTMLVideoElement) => {
    if (video.readyState < 2) return null
    const context = document.createElement('canvas').getContext('2d')!
    context.drawImage(video, 0, 0, 10, 10)
    return [...context.getImageData(5, 5, 1, 1).data.slice(0, 3)]
  })
}

test('a film shows its first moment in a place of its own shape, whoever sent it', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei)
  await enter(page)
  const buffer = await recorded(page, 'video')
  await page.locator('input[type=file]').setInputFiles({ name: 'green.webm', mimeType: 'video/webm', buffer })
  await expect(page.getByRole('button', { name: 'Remove green.webm' })).toBeVisible()
  await composer(page).press('Enter')
  await expect(film(page, 1)).toBeVisible()
  // By a program that does not know how large it is.
  await page.evaluate(
    async ({ bytes, room }) => {
      const headers = { 'Content-Type': 'application/octet-stream' }
      const body = new Uint8Array(bytes)
      const sent = await fetch(`/api/v1/rooms/${room}/files?name=bare.webm`, { method: 'POST', headers, body })
      const { id } = await sent.json()
      await fetch(`/api/v1/rooms/${room}/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ text: '', files: [id] }),
      })
    },
    { bytes: [...buffer], room: LOBBY },
  )
  await expect(film(page, 2)).toBeVisible()

  const other = await open(await server.register('ben', 'Ben'))
  let release = () => undefined as void
  const held = new Promise<void>((done) => (release = done))
  await other.route(/\/api\/v1\/files\//, async (route) => {
    await held
    await route.continue()
  })
  await enter(other)
  const boxes = () => Promise.all([1, 2].map(async (seq) => (await film(other, seq).boundingBox())!))
  const before = await boxes()
  expect(before[0]!.width / before[0]!.height).toBeCloseTo(320 / 120, 1)
  release()
  for (const seq of [1, 2]) {
    await expect.poll(async () => (await colour(other, seq))?.[1]).toBeGreaterThan(120)
    expect((await colour(other, seq))![0]).toBeLessThan(90)
  }
  expect(await boxes()).toEqual(before)
})

test('how long a sound is stands there before it is played', async ({ server, open }) => {
  const page = await open(await server.setUp('mei', 'Mei'))
  await enter(page)
  const buffer = await recorded(page, 'audio')
  await page.locator('input[type=file]').setInputFiles({ name: 'tone.webm', mimeType: 'audio/webm', buffer })
  await expect(page.getByRole('button', { name: 'Remove tone.webm' })).toBeVisible()
  await composer(page).press('Enter')
  await expect(log(page).locator('[data-seq="1"]')).toContainText('0:01')
  await expect(log(page).locator('[data-seq="1"] audio')).toHaveAttribute('preload', 'none')
})
