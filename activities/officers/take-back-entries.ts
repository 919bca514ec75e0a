/**
 * While the mode allows no entries, working entries are taken back: each entry's own workflow is asked to cancel it.
 * What has filled stays protected, exits go on. It is asked again in each cycle as long as there are some, so a lost
 * request does no harm.
 */
import type { ModeProfile } from '../../schemas/governance.ts';
import type { OfficerParts } from './parts.ts';

type Policy = { readonly mode: string; readonly profile: Pick<ModeProfile, 'newEntries'> };

export async function takeBackEntries({ store, cancelOrder }: OfficerParts, { mode, profile }: Policy): Promise<void> {
  if (profile.newEntries) return;
  const entries = await store.entriesAtWork();
  const reason = `operating mode ${mode} takes reducing orders only`;
  await Promise.allSettled(entries.map(({ workflowId }) => cancelOrder(workflowId, reason)));
}
