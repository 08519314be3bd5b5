// What is fetched when it is first needed, and may not come: there is no line, or the server has a newer interface.

/** A part of the page could not be had. */
export class NotFetched extends Error {
  constructor(cause: unknown) {
    super('A part of the page could not be fetched', { cause })
    this.name = 'NotFetched'
  }
}

/** Milliseconds until the second try. */
export const PAUSE = 1_000

/* As Chromium, Firefox, WebKit and Vite say it; what goes wrong inside a part is no such thing. */
const FAILED = /dynamically imported module|module script|preload CSS/i

function isFetching(error: unknown): boolean {
  return error instanceof Error && FAILED.test(error.message)
}

/** What *load* imports, tried once more after a moment.  Throws NotFetched, and what the part itself throws. */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    // What has been tried twice within is not tried four times.
    if (!isFetching(error)) throw error
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE))
  try {
    return await load()
  } catch (error) {
    throw isFetching(error) ? new NotFetched(error) : error
  }
}

/** Loads the page anew, at *place*, under the newest service worker. */
export async function reload(place?: string): Promise<void> {
  await import('./worker').then(({ makeWay }) => makeWay()).catch(() => undefined)
  if (place !== undefined && place !== location.pathname + location.search + location.hash) location.assign(place)
  else location.reload()
}
