/** What neither Postgres nor every reader of JSON takes: NUL, and half of a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** The same text with U+FFFD in the place of each character that cannot be stored. */
export const storableText = (text: string): string => text.replace(UNSTORABLE, '\ufffd');
