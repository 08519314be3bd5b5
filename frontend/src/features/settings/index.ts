// What other features' settings are made of.
export { default as LedgerRow } from './LedgerRow.vue'
export { default as LedgerState } from './LedgerState.vue'
export { default as SecretOnce } from './SecretOnce.vue'
