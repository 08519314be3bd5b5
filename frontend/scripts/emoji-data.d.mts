import type { Plugin } from 'vite'

export const GROUPS: readonly (string | null)[]
export function toned(emoji: string, tone: number): string
export function groups(): [string, string][]
export function words(language: 'en' | 'zh'): string[]
export function emojiData(): Plugin
