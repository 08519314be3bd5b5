// What its writer covered; a press shows it.
import { defineComponent, h, ref, type PropType, type VNodeArrayChildren } from 'vue'
import { useI18n } from 'vue-i18n'

export default defineComponent({
  name: 'SpoilerText',
  props: {
    reachable: Boolean,
    /** Draws what is covered; while it is, without anything that could be pressed. */
    draw: { type: Function as PropType<(isCovered: boolean) => VNodeArrayChildren>, required: true },
  },
  setup(props) {
    const { t } = useI18n()
    const isShown = ref(false)
    return () =>
      isShown.value
        ? h('span', { class: 'spoiler shown' }, props.draw(false))
        : h(
            'button',
            {
              class: 'spoiler',
              type: 'button',
              title: t('message.show_spoiler'),
              'aria-label': t('message.show_spoiler'),
              tabindex: props.reachable ? 0 : -1,
              onClick: () => (isShown.value = true),
            },
            h('span', { 'aria-hidden': 'true' }, props.draw(true)),
          )
  },
})
