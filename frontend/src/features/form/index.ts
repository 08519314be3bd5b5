// What all forms share.
export { useSubmission, type Focusable, type Submission } from './submit'
