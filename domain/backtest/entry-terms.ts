/**
 * How far models may go in a session, and when a person answers for an
 * entry: its own settings and the desk's governance.
 */
import type { ApprovalMode, Authority, ModelGovernance } from '../../schemas/governance.ts';

/** What a session and the desk say about models and approvals. `expiresAfterMs`: until silence is a denial. */
export type EntryTerms = {
  readonly asked: Authority;
  readonly approval: ApprovalMode | null;
  readonly expiresAfterMs: number;
  readonly governed: ModelGovernance;
};

type Settings = {
  readonly model: { readonly authority: Authority };
  readonly approval?: { readonly entries: ApprovalMode; readonly expiresAfterMs?: number | undefined } | undefined;
};

export const entryTermsOf = ({ model, approval }: Settings, governed: ModelGovernance): EntryTerms => ({
  asked: model.authority,
  approval: approval?.entries ?? null,
  expiresAfterMs: approval?.expiresAfterMs ?? governed.approvalExpiresAfterMs,
  governed,
});
