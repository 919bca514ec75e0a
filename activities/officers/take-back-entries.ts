/**
 * While nothing may be opened, nothing that would open stays at work: each entry's own workflow is
 * asked to cancel it. What has filled stays protected, exits go on. Asked again as long as there are
 * some, so nobody needs to have heard the first time.
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
