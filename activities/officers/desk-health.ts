/** The health of the desk as an officer sees it: what the book tells, and what the server tells of the queues. */
import type { DeskHealth } from '../../schemas/officers/desk-health.ts';
import type { OfficerParts } from './parts.ts';

/** Null when the book does not answer. A server that does not tell leaves the queues out. */
export async function deskHealth({ store, queues }: OfficerParts): Promise<DeskHealth | null> {
  const [book, standings] = await Promise.all([store.health().catch(() => null), queues().catch(() => [])]);
  return book === null ? null : { ...book, queues: standings };
}
