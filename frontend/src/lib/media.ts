// What a browser can tell of a file before it is sent: how large a picture is, how long a film lasts.
import type { LocalFile } from './db'

/** A longer side than this is offered smaller. */
export const LARGE = 4_096
const PATIENCE = 5_000

export function kindOf(mime: string): LocalFile['kind'] {
  if (/^image\/(png|jpeg|gif|webp)$/.test(mime)) return 'image'
  if (/^video\/(mp4|webm|ogg|quicktime)$/.test(mime)) return 'video'
  return mime.startsWith('audio/') ? 'audio' : 'file'
}

type Facts = Pick<LocalFile, 'width' | 'height' | 'duration'>

/** Nothing where the browser cannot read it: the server will look for itself. */
export async function factsOf(blob: Blob, kind: LocalFile['kind']): Promise<Facts> {
  try {
    if (kind === 'image') {
      const picture = await createImageBitmap(blob)
      const facts = { width: picture.width, height: picture.height }
      picture.close()
      return facts
    }
    if (kind === 'video' || kind === 'audio') return await played(blob, kind)
  } catch {
    // Unreadable here.
  }
  return {}
}

function told(player: HTMLMediaElement): Facts {
  const seconds = player.duration
  const size = player instanceof HTMLVideoElement ? [player.videoWidth, player.videoHeight] : [0, 0]
  const [width = 0, height = 0] = size
  return {
    ...(Number.isFinite(seconds) && seconds < 86_400 && { duration: Math.round(seconds * 1_000) }),
    ...(width > 0 && height > 0 && Math.max(width, height) <= 16_384 && { width, height }),
  }
}

function played(blob: Blob, kind: 'video' | 'audio'): Promise<Facts> {
  const url = URL.createObjectURL(blob)
  const player = document.createElement(kind)
  return new Promise<Facts>((resolve) => {
    setTimeout(() => resolve(told(player)), PATIENCE)
    player.onerror = () => resolve({})
    player.onloadedmetadata = () => {
      if (player.duration !== Infinity) return resolve(told(player))
      // What a MediaRecorder made does not say how long it is; who has been at its end knows.
      player.ondurationchange = () => player.duration !== Infinity && resolve(told(player))
      player.currentTime = 1e9
    }
    player.preload = 'metadata'
    player.src = url
  }).finally(() => {
    player.removeAttribute('src')
    URL.revokeObjectURL(url)
  })
}

/** The picture with LARGE pixels on its longer side; null where the browser cannot. */
export async function smaller(blob: Blob): Promise<{ blob: Blob; width: number; height: number } | null> {
  try {
    const picture = await createImageBitmap(blob)
    const factor = LARGE / Math.max(picture.width, picture.height)
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.width * factor)
    canvas.height = Math.round(picture.height * factor)
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    const mime = blob.type === 'image/png' ? 'image/png' : 'image/jpeg'
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, mime, 0.9))
    return made && { blob: made, width: canvas.width, height: canvas.height }
  } catch {
    return null
  }
}
