// What the details of an act are called: the server tells names and bare values, `registration: "closed"`.
import { dateTime } from '@/lib/time'
import { i18n } from '@/lib/i18n'

/** The words for a value that is one of a few, or null where the value speaks for itself. */
function word(action: string, name: string, value: string): string | null {
  switch (name) {
    case 'role':
    case 'was':
      return action === 'room.role' && value !== 'member' ? `members.role.${value}` : `admin.role.${value}`
    case 'registration':
      return `admin.server.policy.${value}`
    case 'creating':
    case 'bots':
      return `admin.server.creators.${value}`
    case 'guests':
    case 'webhooks':
    case 'previews':
      return value === 'true' ? 'admin.server.yes' : 'admin.server.no'
    case 'posting':
    case 'inviting':
      return value === 'all' ? 'room_settings.everybody' : `room_settings.${value}`
    case 'kind':
      if (action !== 'hook.make') return `rooms.create.${value}`
      return value === 'in' ? 'admin.said.hook_in' : 'admin.said.hook_out'
    case 'words':
    case 'terms':
      return 'admin.said.changed'
    case 'archived':
      return value === 'true' ? 'admin.said.yes' : 'admin.said.no'
    default:
      return null
  }
}

/** `Guests: allowed`; null for what says nothing.  A newer server may tell what this page has no words for. */
export function detail(action: string, name: string, value: unknown): string | null {
  const { t, te, locale } = i18n.global
  const say = (key: string, otherwise: string): string => (te(key) ? t(key) : otherwise)
  if (value === null || (name === 'words' && value === false)) return null
  let shown = String(value)
  if (name === 'until') shown = dateTime(Number(value), locale.value)
  else if (name === 'slow') shown = value ? t('room_settings.seconds', Number(value)) : t('room_settings.no_pause')
  else shown = say(word(action, name, shown) ?? '', shown)
  // Of a webhook, its kind is its direction.
  const called = action === 'hook.make' && name === 'kind' ? 'direction' : name
  return t('admin.audit.detail', { name: say(`admin.details.${called}`, called), value: shown })
}
