// A short sound, made on the spot.

let audio: AudioContext | undefined

/** Two soft tones; nothing where the browser does not let the page sound before somebody has touched it. */
export function chime(): void {
  try {
    audio ??= new AudioContext()
    if (audio.state === 'suspended') void audio.resume()
    const start = audio.currentTime
    for (const [at, pitch] of [
      [0, 660],
      [0.12, 880],
    ] as const) {
      const tone = audio.createOscillator()
      const loudness = audio.createGain()
      tone.frequency.value = pitch
      loudness.gain.setValueAtTime(0, start + at)
      loudness.gain.linearRampToValueAtTime(0.12, start + at + 0.02)
      loudness.gain.exponentialRampToValueAtTime(0.001, start + at + 0.3)
      tone.connect(loudness).connect(audio.destination)
      tone.start(start + at)
      tone.stop(start + at + 0.32)
    }
  } catch {
    // Without a sound device there is still the notification.
  }
}
