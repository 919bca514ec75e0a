/**
 * Which documents may be quoted at an instant. One that is dated later, or could
 * be read only later, is refused and told by id.
 */

export type DatedDocument = { readonly documentId: string; readonly datedMs: number; readonly knownAtMs: number };
export type DocumentRefusal = {
  readonly documentId: string;
  readonly code: 'DATED_LATER' | 'KNOWN_LATER';
};

/** null: it may be quoted. */
export function documentRefusal(document: DatedDocument, asOfMs: number): DocumentRefusal | null {
  const { documentId, datedMs, knownAtMs } = document;
  if (datedMs > asOfMs) return { documentId, code: 'DATED_LATER' };
  return knownAtMs > asOfMs ? { documentId, code: 'KNOWN_LATER' } : null;
}
