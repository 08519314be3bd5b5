import type { Component } from 'vue'

/** One part of a place; *name* stands in the address. */
export interface Section {
  name: string
  label: string
  icon: Component
  page: Component
}
