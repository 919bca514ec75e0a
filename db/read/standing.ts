/**
 * What an account may still do: margin is the value of its positions by their leverage, buying
 * power what of its equity no position ties up, the day's loss what equity lies below that of the
 * day's start (UTC). Exact decimals in its currency.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../tables.ts';

const amount = z.string().regex(/^\d+(\.\d+)?$/);

export const standingSchema = z.object({
  margin: amount,
  buyingPower: amount,
  dayLoss: amount,
  /** Of the equity at the day's start, 0 to 1. */
  dayLossFraction: z.number(),
});
export type Standing = z.infer<typeof standingSchema>;

export async function readStanding(db: Database, accountId: string): Promise<Standing> {
  const { rows } = await sql<Standing>`
    with account as (
      select a.equity, coalesce((a.risk_state->>'dayStartEquity')::numeric, a.equity) as day_start,
        (select coalesce(sum(abs(p.quantity) * p.mark_price / p.leverage), 0)
          from positions p where p.account_id = a.account_id) as margin
      from accounts a where a.account_id = ${accountId})
    select trim_scale(margin)::text as margin,
      trim_scale(greatest(equity - margin, 0))::text as "buyingPower",
      trim_scale(greatest(day_start - equity, 0))::text as "dayLoss",
      coalesce((greatest(day_start - equity, 0) / nullif(day_start, 0))::float8, 0) as "dayLossFraction"
    from account`.execute(db);
  const [standing] = rows;
  if (standing === undefined) throw new Error(`account ${accountId} is gone`);
  return standing;
}
