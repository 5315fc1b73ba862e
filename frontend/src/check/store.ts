import { keeps } from './probe'

/** The one file of the page that touches the browser's memory: whether it keeps what it is given. */
export const remembers = (): Promise<boolean> => keeps(() => window.localStorage, () => window.indexedDB)
