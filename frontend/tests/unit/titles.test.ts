// Every place with an address has a name for the tab.
import { describe, expect, it } from 'vitest'
import { TITLES } from '@/features/shell/pageTitle'
import { router } from '@/router'

/** Pages before the room are named by their frame. */
const FRAMED = ['setup', 'sign-in', 'register', 'invite', 'look-round', 'reset', 'terms', 'stay']
/** Rooms and people are called by their own names, and home is the house itself. */
const OWN = ['home', 'room', 'person']

describe('the title of the tab', () => {
  it('is known for every route', () => {
    const names = router.getRoutes().flatMap(({ name }) => (name ? [String(name)] : []))
    expect(names.length).toBeGreaterThan(15)
    expect(names.filter((name) => ![...FRAMED, ...OWN, ...Object.keys(TITLES)].includes(name))).toEqual([])
  })
})
