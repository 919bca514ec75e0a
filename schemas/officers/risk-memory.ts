/**
 * What the Risk Officer remembers from one cycle to the next; CEO and Federation read it. Stored in `officer_memory`.
 */
import { z } from 'zod';
import { riskStateSchema } from './risk-state.ts';

export const riskMemorySchema = z.object({
  /** Of the request that left this. */
  requestId: z.string(),
  state: riskStateSchema,
  accountId: z.string(),
  accounts: z.array(z.object({ accountId: z.string(), riskScore: z.number() })),
  /** Of all accounts, decimal text; null when one of them cannot be read. */
  equityUsd: z.string().nullable(),
  openPositions: z.number().int().min(0),
  level: z.enum(['warning', 'critical']).nullable(),
  alerts: z.array(z.string()),
  /** When an alert was told last; 0: never. */
  alertedAtMs: z.number(),
  /** Whether this very cycle told it. */
  isTold: z.boolean(),
  /** `YYYY-MM-DD` of the last back-tests; null: none yet. */
  backtestedDay: z.string().nullable(),
});
export type RiskMemory = z.infer<typeof riskMemorySchema>;
