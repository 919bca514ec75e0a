/**
 * What is known of the desk itself, beside its book: who serves its
 * queues, how fast Postgres answers, what is in doubt.
 */
import { z } from 'zod';

/** One queue of Temporal, as the server tells of it. `workers`: processes that have asked it for work lately. */
export const queueStandingSchema = z.strictObject({
  queue: z.string(),
  workers: z.int().min(0),
  /** Tasks that wait, and how long the oldest of them has. */
  backlog: z.number().min(0),
  backlogAgeMs: z.number().min(0),
});
export type QueueStanding = z.infer<typeof queueStandingSchema>;

export const deskHealthSchema = z.strictObject({
  /** The round trip of this very look. */
  postgresMs: z.number().min(0),
  /** Empty while the server does not tell. */
  queues: z.array(queueStandingSchema),
  unknownOrders: z.number().min(0),
  openBreakers: z.array(z.string()),
  frozenAccounts: z.array(z.string()),
  staleFeeds: z.array(z.string()),
  exhaustedBudgets: z.array(z.string()),
});
export type DeskHealth = z.infer<typeof deskHealthSchema>;
