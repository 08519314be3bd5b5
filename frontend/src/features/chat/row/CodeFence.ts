// A block of code; coloured when its writer named a language that is known.
import { defineComponent, h, shallowRef, watch, type VNode } from 'vue'
import type { Coloured } from '@/lib/markup/highlight'

function draw(part: Coloured): VNode | string {
  return typeof part === 'string' ? part : h('span', { class: `code-${part.kind}` }, part.parts.map(draw))
}

export default defineComponent({
  name: 'CodeFence',
  props: { text: { type: String, required: true }, language: { type: String, required: true } },
  setup(props) {
    const parts = shallowRef<Coloured[] | null>(null)

    async function colour(): Promise<void> {
      const { text, language } = props
      parts.value = null
      if (!language) return
      try {
        const { coloured } = await import('@/lib/markup/highlight')
        if (text === props.text && language === props.language) parts.value = coloured(text, language)
      } catch {
        // Without colours it is still code.
      }
    }

    watch(() => [props.text, props.language], colour, { immediate: true })
    return () => h('pre', { class: 'fence', dir: 'ltr' }, h('code', parts.value?.map(draw) ?? props.text))
  },
})
