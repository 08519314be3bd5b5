// The shapes on the wire, as docs/protocol.md and the HTTP description tell them.

export type RoomId = number
export type UserId = number
export type Seq = number
export type Rev = number
/** Milliseconds since 1970, UTC, by the server's clock. */
export type Millis = number

export type UserKind = 'human' | 'bot'
export type UserRole = 'owner' | 'admin' | 'member' | 'guest'
export type Status = 'auto' | 'away' | 'busy' | 'invisible'
/** What others see of somebody. */
export type State = 'online' | 'away' | 'busy' | 'offline'
export type MemberRole = 'owner' | 'moderator' | 'member'
export type RoomKind = 'public' | 'private' | 'direct'
export type Level = 'all' | 'mentions' | 'nothing'
/** Who in a room may do something. */
export type Right = 'all' | 'moderators'

export interface UserCard {
  id: UserId
  name: string
  display_name: string
  kind: UserKind
  avatar: string | null
}

/** How somebody stands to oneself: nothing, one has asked, she asks, contacts. */
export type ContactState = 'none' | 'asked' | 'asks' | 'accepted'

export interface ContactView {
  user: UserCard
  state: ContactState
  created: Millis
  note: string
}

export interface BlockView {
  user: UserCard
  created: Millis
}

export interface SharedRoom {
  room: RoomId
  title: string
  kind: 'public' | 'private'
  picture: string | null
}

/** What one may know of somebody. */
export interface Profile {
  user: UserCard
  role: UserRole
  about: string
  created: Millis
  rooms: SharedRoom[]
  contact: ContactState
  note: string
  blocked: boolean
}

export interface Me extends UserCard {
  role: UserRole
  email: string | null
  created: Millis
  about: string
  locale: string | null
  status: Status
}

export const SCOPES = ['read', 'write', 'rooms'] as const
/** What a token may be used for. */
export type Scope = (typeof SCOPES)[number]

export interface SessionView {
  id: number
  kind: 'browser' | 'api'
  label: string
  created: Millis
  seen: Millis
  expires: Millis | null
  agent: string
  address: string
  current: boolean
  /** null: good for everything. */
  scopes: Scope[] | null
}

export interface InviteView {
  id: number
  created: Millis
  expires: Millis
  uses_left: number
  created_by: UserId
}

/** A room as one of its members holds it; unread is `seq - read`. */
export interface RoomState {
  room: RoomId
  kind: RoomKind
  title: string
  topic: string
  created: Millis
  archived: Millis | null
  changed: Rev
  seq: Seq
  rev: Rev
  read: Seq
  level: Level
  role: MemberRole
  joined_rev: Rev
  posting: Right
  inviting: Right
  slow: number
  /** Who may mention everybody. */
  mentioning: Right
  picture?: string
  muted?: Millis
  silenced?: Millis
  draft?: Millis
  /** Days after which messages are removed; absent as the server says, 0 never. */
  retention?: number
  /** Messages up to this seq have been removed. */
  floor?: Seq
  /** From where on one wants it to count as unread, whatever `read` says. */
  unread_from?: Seq
  /** How many of the unread messages mean oneself. */
  mentions?: number
  /** Who else is in a direct room, which has no title. */
  people?: UserCard[]
}

export interface RoomListing {
  room: RoomId
  title: string
  topic: string
  created: Millis
  archived: Millis | null
  members: number
  joined: boolean
  picture: string | null
}

export interface MemberEntry {
  user: UserCard
  role: MemberRole
  /** Until when she may not post here; told to moderators only. */
  silenced?: Millis | null
}

export interface Ban {
  user: UserCard
  moderator: UserId
  reason: string
  created: Millis
  /** null: for good */
  until: Millis | null
}

export interface LinkView {
  id: number
  created: Millis
  expires: Millis
  uses_left: number
  created_by: UserCard
}

/** Where an invitation leads; `room` null: it is for the server alone. */
export interface Invitation {
  room: RoomId | null
  title: string
  topic: string
  members: number
  invited_by: UserCard | null
  expires: Millis
}

export interface PresentEntry extends MemberEntry {
  state: State
}

export interface Limits {
  message: number
  title: number
  topic: number
  display_name: number
  name: number
  password_min: number
  password_max: number
  frame_bytes: number
  page: number
  /** Bytes of one file; 0 where none are taken. */
  file: number
  /** Files of one message. */
  files: number
}

export interface Server {
  title: string
  version: string
  build: string
  registration: 'open' | 'invitation' | 'closed'
  needs_setup: boolean
  limits: Limits
  /** One may look round without an account. */
  guests: boolean
  /** There are terms to read before registering. */
  terms: boolean
  /** Who makes rooms. */
  creating: 'all' | 'admins'
  /** The address at which one signs in, if that is not here; then nobody has a password. */
  sign_in?: string | null
  /** The account that answers what is said to it. */
  robot: UserCard | null
  /** What is said to it goes to a language model. */
  robot_asks: boolean
}

// Rows: whole current states, stamped with the room's rev.

export interface MessageRow {
  type: 'message'
  room: RoomId
  rev: Rev
  seq: Seq
  author: UserId
  text: string
  created: Millis
  nonce?: string
  edited?: Millis
  deleted?: Millis
  /** The seq of the message it answers. */
  reply?: Seq
  /** The seq of the message that began its thread. */
  thread?: Seq
  /** Of one that began a thread: how many belong to it, and when the last was posted. */
  replies?: number
  last_reply?: Millis
  pinned?: Millis
  files?: FileRow[]
  /** Who is meant. */
  mentions?: UserId[]
  everyone?: 'all' | 'here'
  reactions?: Reaction[]
  forwarded?: Forwarded
  previews?: Preview[]
  /** The text says what its author does, to be read after her name. */
  action?: boolean
  /** The text is still growing. */
  streaming?: boolean
}

/** What can be looked for, and what a message can have. */
export type SearchKind = 'messages' | 'files' | 'people' | 'rooms'
export type SearchHas = 'image' | 'file' | 'link'

/** A message that was found, and those beside it.  Ranges are [start, end) in code points. */
export interface SearchHit {
  message: MessageRow
  ranges?: [start: number, end: number][]
  /** Of the names of its files: which file, from where to where. */
  names?: [file: number, start: number, end: number][]
  before?: MessageRow
  after?: MessageRow
}

export interface SearchAnswer {
  hits: SearchHit[]
  users: UserCard[]
  next: string | null
}

/** A file of a message, at `/api/v1/files/{id}`. */
export interface FileRow {
  id: string
  name: string
  mime: string
  kind: 'image' | 'video' | 'audio' | 'file'
  size: number
  width?: number
  height?: number
  /** ms */
  duration?: number
  placeholder?: string
  thumb?: boolean
}

/** A file and the message that has it. */
export interface SharedFile {
  seq: Seq
  author: UserId
  created: Millis
  file: FileRow
}

/** The newest first; `next`: where the next page begins. */
export interface FilePage {
  files: SharedFile[]
  next: string | null
}

/** `users`: the first of the `count` people who gave it. */
export interface Reaction {
  emoji: string
  count: number
  users: UserId[]
}

/** Who said it first; `room` and `seq` where it stands in a public room. */
export interface Forwarded {
  author: UserId
  created: Millis
  room?: RoomId
  seq?: Seq
}

/** What another site says of a page that is linked to. */
export interface Preview {
  url: string
  title: string
  description?: string
  site?: string
  image?: string
}

export interface MemberRow {
  type: 'member'
  room: RoomId
  rev: Rev
  user: UserCard
  role: MemberRole
  joined_rev: Rev
  left?: boolean
}

export interface RoomRow {
  type: 'room'
  room: RoomId
  rev: Rev
  kind: RoomKind
  title: string
  topic: string
  created: Millis
  archived: Millis | null
  posting: Right
  inviting: Right
  slow: number
  mentioning: Right
  picture?: string
  retention?: number
  floor?: Seq
  /** It is gone, and nothing follows. */
  deleted?: Millis
}

export type Row = MessageRow | MemberRow | RoomRow

/** A stretch of history, ascending by seq, read in one snapshot at `rev`. */
export interface Page {
  room: RoomId
  epoch: string
  seq: Seq
  rev: Rev
  messages: MessageRow[]
  users: UserCard[]
  at_start: boolean
  at_end: boolean
  /** What these messages answer, as far as it is not among them. */
  quoted?: MessageRow[]
  /** By seq, those of one's own reactions of which the message does not name everybody who gave them. */
  reacted?: Record<string, string[]>
}

/** A stretch of the thread that `first` began, ascending by seq. */
export interface ThreadPage {
  room: RoomId
  epoch: string
  rev: Rev
  first: MessageRow
  messages: MessageRow[]
  users: UserCard[]
  at_start: boolean
  at_end: boolean
  quoted: MessageRow[]
}

/** Messages that began threads, the one whose thread was added to last first. */
export interface ThreadList {
  room: RoomId
  threads: MessageRow[]
  users: UserCard[]
  next: string | null
}

/** What a message said from `written` on. */
export interface Revision {
  text: string
  written: Millis
}

/** What a room is called; a direct one has no title. */
export interface RoomCard {
  room: RoomId
  kind: RoomKind
  title: string
  picture: string | null
}

export interface MentionsPage {
  messages: MessageRow[]
  users: UserCard[]
  rooms: RoomCard[]
  next: string | null
}

export interface PinsPage {
  messages: MessageRow[]
  users: UserCard[]
  next: string | null
}

// Frames from the server.

export interface Welcome {
  type: 'welcome'
  user: Me
  session: SessionView
  epoch: string
  rooms: RoomState[]
  server: Server
  now: Millis
  /** The current one, unless one has dismissed it. */
  announcement?: Announcement | null
}

export interface Announcement {
  type: 'announcement'
  id: number
  version: number
  text: string
  link: string | null
  created: Millis
  changed: Millis
  ended: Millis | null
}

/** Read on another device. */
export interface Dismissed {
  type: 'dismissed'
  announcement: number
  version: number
}

/** How many reports wait for one's decision. */
export interface OpenReports {
  type: 'report'
  open: number
}

export interface Joined {
  type: 'joined'
  room: RoomState
}

export interface ReadMark {
  type: 'read'
  room: RoomId
  seq: Seq
}

/** One was taken out of a room; one's own last row follows. */
export interface Removed {
  type: 'removed'
  room: RoomId
  banned?: boolean
  reason?: string
  until?: Millis
}

export interface SilencedUntil {
  type: 'silenced'
  room: RoomId
  until: Millis | null
}

export interface Typing {
  type: 'typing'
  room: RoomId
  user: UserId
}

/** One's own place in a room, changed by another of one's devices. */
export interface PlaceRow extends Place {
  type: 'place'
}

export interface StatusMark {
  type: 'status'
  status: Status
}

/** Changed states: of members of the watched room, `count` of whom are here; or of people watched by themselves. */
export interface Seen {
  type: 'presence'
  users: [UserId, State][]
  room?: RoomId
  count?: number
}

export interface Syncing {
  type: 'syncing'
  room: RoomId
}

export interface Synced {
  type: 'synced'
  room: RoomId
  rev: Rev
}

export interface Reset {
  type: 'reset'
  room: RoomId
  rev: Rev
}

/** Somebody with whom one shares a room has another name or picture. */
export interface UserChanged {
  type: 'user'
  user: UserCard
}

export interface MeChanged {
  type: 'me'
  user: Me
}

export interface ContactChanged {
  type: 'contact'
  user: UserCard
  state: ContactState
  note?: string
  blocked?: boolean
}

/** Null is what is not set any more. */
export interface PreferencesChanged {
  type: 'preferences'
  changed: Record<string, unknown>
}

/** What came of a command that one has given. */
export interface Notice {
  type: 'notice'
  room: RoomId
  code: 'reply' | 'no_answer'
  text: string
  command: string
  /** The bot whose command it is. */
  user: UserCard
  thread?: Seq
}

export type ServerEvent =
  | Row
  | Joined
  | ReadMark
  | PlaceRow
  | StatusMark
  | Seen
  | Removed
  | SilencedUntil
  | Typing
  | Syncing
  | Synced
  | Reset
  | UserChanged
  | MeChanged
  | ContactChanged
  | PreferencesChanged
  | Announcement
  | Dismissed
  | OpenReports
  | Notice

export interface ErrorFrame {
  type: 'error'
  id?: number
  code: ErrorCode
  message: string
  retry_after?: number
  field?: string
  suggestions?: string[]
}

export type OkFrame<T = object> = { type: 'ok'; id: number } & T

export type ServerFrame = Welcome | OkFrame | ErrorFrame | ServerEvent

// Requests and what their `ok` holds.

export interface Posted {
  room: RoomId
  seq: Seq
  rev: Rev
  created: Millis
  duplicate?: boolean
}

/** A command was carried out: what it has said in the room, and what it tells the caller alone. */
export interface Ran {
  room: RoomId
  posted?: Posted
  notice?: { code: string; text: string }
}

/** A command that can be given in a room; `user` is the bot whose it is. */
export interface CommandEntry {
  name: string
  hint: string
  description: string
  user?: UserCard
}

export interface Changed {
  room: RoomId
  rev: Rev
}

export interface Marked {
  room: RoomId
  seq: Seq
}

/** `muted`: until when one is told nothing; `FOR_GOOD`: until one says otherwise. */
export interface Place {
  room: RoomId
  read: Seq
  level: Level
  muted: Millis | null
  draft: Millis | null
  unread_from: Seq | null
}

export const FOR_GOOD: Millis = 2 ** 53

/** Who of the watched people, and of the watched room, is here. */
export interface Watched {
  online: [UserId, State][]
  room?: RoomId
  count?: number
  members?: [UserId, State][]
}

/** What a post carries besides its text. */
export interface Carried {
  /** The seq of the message that it answers. */
  reply?: Seq
  /** The seq of the one that began its thread. */
  thread?: Seq
  /** Ids of files that were brought; until then those by which this page knows them. */
  files?: string[]
  /** The text says what one does. */
  action?: boolean
}

/** Request type → [what is asked, what `ok` answers]. */
export interface Requests {
  post: [{ room: RoomId; text: string; nonce?: string; forward?: { room: RoomId; seq: Seq } } & Carried, Posted]
  command: [{ room: RoomId; text: string; thread?: Seq; language?: string }, Ran]
  edit: [{ room: RoomId; seq: Seq; text: string; if_rev?: Rev }, Changed]
  delete: [{ room: RoomId; seq: Seq }, Changed]
  read: [{ room: RoomId; seq: Seq }, Marked]
  join: [{ room: RoomId }, Changed]
  leave: [{ room: RoomId }, Changed]
  sync: [{ room: RoomId; rev: Rev }, object]
  users: [{ ids: UserId[] }, { users: UserCard[] }]
  typing: [{ room: RoomId }, object]
  active: [{ idle: boolean }, object]
  status: [{ status: Status }, object]
  watch: [{ room?: RoomId; users?: UserId[] }, Watched]
  draft: [{ room: RoomId; draft: boolean }, Place]
  react: [{ room: RoomId; seq: Seq; emoji: string; on: boolean }, Changed]
  pin: [{ room: RoomId; seq: Seq; on: boolean }, Changed]
  unread: [{ room: RoomId; seq: Seq }, Place]
  ping: [object, object]
}

export type RequestType = keyof Requests

/** Codes a server says, and the two that only this side knows: `offline` and `timeout`. */
export const ERROR_CODES = [
  'already_set_up',
  'bad_email',
  'bad_file',
  'bad_invitation',
  'bad_name',
  'bad_picture',
  'bad_range',
  'bad_request',
  'bad_reset_code',
  'bad_setup_code',
  'bad_text',
  'banned',
  'busy',
  'conflict',
  'empty_text',
  'forbidden',
  'insufficient_scope',
  'foreign_origin',
  'internal',
  'method_not_allowed',
  'name_taken',
  'no_such_command',
  'no_such_file',
  'no_such_message',
  'no_such_room',
  'no_such_user',
  'not_a_member',
  'not_found',
  'quota_exceeded',
  'rate_limited',
  'registration_closed',
  'reset',
  'retry',
  'room_archived',
  'silenced',
  'slow_mode',
  'text_too_long',
  'too_large',
  'too_many',
  'too_slow',
  'unauthenticated',
  'unavailable',
  'unsupported_media_type',
  'weak_password',
  'wrong_credentials',
  'offline',
  'timeout',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export const DEFAULT_LIMITS: Limits = {
  message: 10_000,
  title: 80,
  topic: 500,
  display_name: 64,
  name: 32,
  password_min: 8,
  password_max: 128,
  frame_bytes: 65_536,
  page: 200,
  file: 25 * 1024 * 1024,
  files: 10,
}
