/** The health of the desk as an officer sees it: the book of record, and the server's view of the queues. */
import type { DeskHealth } from '../../schemas/officers/desk-health.ts';
import type { OfficerParts } from './parts.ts';

/** Null when the book does not answer. When the Temporal server does not answer, the queues are left out. */
export async function deskHealth({ store, queues }: OfficerParts): Promise<DeskHealth | null> {
  const [book, standings] = await Promise.all([store.health().catch(() => null), queues().catch(() => [])]);
  return book === null ? null : { ...book, queues: standings };
}
