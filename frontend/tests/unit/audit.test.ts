// What the log of acts says of an act, in the reader's language.
import { beforeEach, describe, expect, it } from 'vitest'
import { detail } from '@/features/admin/audit'
import { addPart, setLocale } from '@/lib/i18n'

describe('the details of an act', () => {
  beforeEach(async () => {
    await setLocale('zh-CN')
    await addPart('admin')
  })

  it.each([
    ['server.settings', 'guests', true, '访客：允许'],
    ['server.settings', 'terms', 'changed', '条款：已更改'],
    ['server.settings', 'registration', 'closed', '注册：不开放'],
    ['server.settings', 'creating', 'admins', '谁可以创建房间：管理员'],
    ['user.role', 'was', 'owner', '原为：所有者'],
    ['room.role', 'role', 'owner', '身份：房主'],
    ['room.role', 'role', 'member', '身份：成员'],
    ['room.settings', 'posting', 'moderators', '谁可以发言：管理员'],
    ['room.settings', 'inviting', 'all', '谁可以邀请别人：所有成员'],
    ['room.settings', 'slow', 30, '慢速模式：30 秒'],
    ['room.settings', 'slow', 0, '慢速模式：关闭'],
    ['room.settings', 'kind', 'private', '谁能找到它：私密'],
    ['room.settings', 'words', true, '名称或简介：已更改'],
    ['hook.make', 'kind', 'out', '方向：推送'],
    ['server.settings', 'webhooks', true, 'Webhook 推送：允许'],
    ['room.archive', 'archived', false, '归档：否'],
    ['message.delete', 'seq', 7, '消息：7'],
  ])('of %s: %s %s', (action, name, value, said) => {
    expect(detail(action, name, value)).toBe(said)
  })

  it('is said in English as well', async () => {
    await setLocale('en')
    expect(detail('server.settings', 'guests', false)).toBe('guests: Not allowed')
    expect(detail('room.settings', 'slow', 1)).toBe('slow mode: 1 second')
  })

  it('leaves out what says nothing, and shows as it is what it has no words for', () => {
    expect(detail('room.settings', 'words', false)).toBeNull()
    expect(detail('invite.add', 'uses', null)).toBeNull()
    expect(detail('user.role', 'role', 'gardener')).toBe('身份：gardener')
    expect(detail('user.role', 'weather', 'rain')).toBe('weather：rain')
  })
})
