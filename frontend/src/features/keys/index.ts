// The table of keys, shown by the help dialog and by the settings.
export { default as KeyTable } from './KeyTable.vue'
