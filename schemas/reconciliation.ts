/** What a reconciliation finds: one report an account. `equal` and `pending` open the gate, `different` freezes. */
import { z } from 'zod';

/**
 * `pending`: differences that an order under way explains. `unreachable`: the venue did not answer, nothing changed.
 */
export const reconcileReportSchema = z.strictObject({
  accountId: z.string(),
  verdict: z.enum(['equal', 'pending', 'different', 'unreachable']),
  differences: z.array(
    z.strictObject({
      kind: z.enum(['extraOrder', 'missingOrder', 'foreignFill', 'missingFill', 'position', 'cash']),
      what: z.string(),
      ours: z.string(),
      theirs: z.string(),
    }),
  ),
  /** Why the venue could not be read. */
  reason: z.string().nullable(),
  atMs: z.number(),
});
export type ReconcileReport = z.infer<typeof reconcileReportSchema>;

/** Input of the workflow: one account, or all. */
export const reconciliationInputSchema = z.strictObject({ accountId: z.string().min(1).max(64).optional() });
