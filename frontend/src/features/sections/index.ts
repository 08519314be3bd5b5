// A place of many parts: settings, administration.
export { default as SectionLink } from './SectionLink.vue'
export { default as SectionsPage } from './SectionsPage.vue'
export type { Section } from './section'
