// What other places take from the rooms' conversation: loaded when first needed.
export { RoomFilesDialog } from './files'
