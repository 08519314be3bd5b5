// The text of a message, drawn from its pieces: elements and words, never HTML. A piece that is not in the table is text.
import { computed, defineComponent, h, type PropType, type VNode, type VNodeArrayChildren } from 'vue'
import { RouterLink } from 'vue-router'
import { isJumbo } from '@/lib/markup/links'
import { nameParts, type Named } from '@/lib/markup/names'
import { loadMarkdown, piecesOf, type Piece } from '@/lib/markup/pieces'
import { usePeople } from '@/stores/people'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import type { RoomId, UserId } from '@/wire/frames'
import CodeFence from './CodeFence'
import SpoilerText from './SpoilerText'
import './markup.css'

const TAGS = {
  strong: 'strong',
  em: 'em',
  s: 's',
  quote: 'blockquote',
  bullets: 'ul',
  item: 'li',
  paragraph: 'p',
} as const

/** Pieces that are set apart from what is around them. */
const BLOCKS = new Set<Piece['kind']>(['paragraph', 'quote', 'bullets', 'numbers', 'fence'])

/** Everybody is meant, in the words of both languages. */
const EVERYBODY = ['all', '所有人', 'here', '在线']

/** Where in webchat an address of its own leads. */
const INSIDE = /^\/rooms\/\d+(?:\/(?:members|info))?$/

void loadMarkdown()

export default defineComponent({
  name: 'MessageText',
  props: {
    text: { type: String, required: true },
    /** Only the row in hand lets the Tab key into its links: the list is one stop. */
    reachable: Boolean,
    /** Who is meant, as the server found. */
    mentions: { type: Array as PropType<readonly UserId[]>, default: () => [] },
    everyone: { type: String as PropType<'all' | 'here'> },
  },
  setup(props) {
    const people = usePeople()
    const rooms = useRooms()
    const session = useSession()

    const pieces = computed<Piece[]>(() => piecesOf(props.text) ?? [{ kind: 'text', text: props.text }])
    const isBlock = computed(() => pieces.value.some((piece) => BLOCKS.has(piece.kind)))
    const jumbo = computed(() => isJumbo(props.text))

    const named = computed<Named<UserId | null>[]>(() => [
      ...props.mentions.flatMap((id) => {
        const name = people.card(id)?.name
        return name ? [{ id, name }] : []
      }),
      ...(props.everyone ? EVERYBODY.map((name) => ({ id: null, name })) : []),
    ])
    const doors = computed<Named<RoomId>[]>(() =>
      /[#＃]/u.test(props.text)
        ? rooms.channels.flatMap(({ kind, room, title }) => (kind === 'public' ? [{ id: room, name: title }] : []))
        : [],
    )

    const tabindex = () => (props.reachable ? 0 : -1)

    function mention(id: UserId | null, text: string): VNode {
      if (id === null) return h('strong', { class: 'mention mine' }, text)
      const mine = id === session.me?.id
      const title = people.name(id)
      return h(
        RouterLink,
        { class: ['mention', { mine }], to: `/people/${id}`, title, tabindex: tabindex() },
        () => text,
      )
    }

    function words(text: string, isCovered: boolean): VNodeArrayChildren {
      if (isCovered || (named.value.length === 0 && doors.value.length === 0)) return [text]
      return nameParts(text, named.value, doors.value).map((part) => {
        if (part.kind === 'text') return part.text
        if (part.kind === 'person') return mention(part.id, part.text)
        return h(RouterLink, { class: 'door', to: `/rooms/${part.id}`, tabindex: tabindex() }, () => part.text)
      })
    }

    function link({ href, isNamed, children }: Piece & { kind: 'link' }, isCovered: boolean): VNode {
      const inner = children.map((piece) => draw(piece, true))
      if (isCovered) return h('span', inner)
      const url = new URL(href)
      const title = isNamed ? href : undefined
      if (url.origin === location.origin && INSIDE.test(url.pathname) && !url.search)
        return h(RouterLink, { to: url.pathname + url.hash, title, tabindex: tabindex() }, () => inner)
      return h(
        'a',
        { href, title, target: '_blank', rel: 'noopener noreferrer nofollow ugc', tabindex: tabindex() },
        inner,
      )
    }

    /** `isCovered`: without anything to press, inside something that is pressed itself. */
    function draw(piece: Piece, isCovered = false): VNode | VNodeArrayChildren {
      switch (piece.kind) {
        case 'text':
          return words(piece.text, isCovered)
        case 'code':
          return h('code', { class: 'code' }, piece.text)
        case 'fence':
          return h(CodeFence, { text: piece.text, language: piece.language })
        case 'link':
          return link(piece, isCovered)
        case 'spoiler':
          if (isCovered) return piece.children.map((child) => draw(child, true))
          return h(SpoilerText, {
            reachable: props.reachable,
            draw: (covered: boolean) => piece.children.map((child) => draw(child, covered)),
          })
        case 'numbers':
          return h('ol', { start: piece.start, dir: 'auto' }, inside(piece, isCovered))
        default:
          return h(TAGS[piece.kind], BLOCKS.has(piece.kind) ? { dir: 'auto' } : null, inside(piece, isCovered))
      }
    }

    const inside = (piece: { children: Piece[] }, isCovered: boolean) =>
      piece.children.map((child) => draw(child, isCovered))

    return () =>
      h(
        isBlock.value ? 'div' : 'span',
        { class: ['text', { jumbo: jumbo.value, marked: isBlock.value }] },
        pieces.value.map((piece) => draw(piece)),
      )
  },
})
