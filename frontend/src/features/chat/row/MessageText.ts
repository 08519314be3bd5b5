// The text of a message: plain, with its web addresses as links. Nothing of it is ever read as HTML.
import { computed, defineComponent, h } from 'vue'
import { isJumbo, linkParts } from '../links'

export default defineComponent({
  name: 'MessageText',
  props: {
    text: { type: String, required: true },
    /** Only the row in hand lets the Tab key into its links: the list is one stop. */
    reachable: Boolean,
  },
  setup(props) {
    const parts = computed(() => linkParts(props.text))
    const jumbo = computed(() => isJumbo(props.text))
    return () =>
      h(
        'span',
        { class: ['text', { jumbo: jumbo.value }] },
        parts.value.map((part) =>
          part.href === null
            ? part.text
            : h(
                'a',
                {
                  href: part.href,
                  target: '_blank',
                  rel: 'noopener noreferrer nofollow ugc',
                  tabindex: props.reachable ? 0 : -1,
                },
                part.text,
              ),
        ),
      )
  },
})
