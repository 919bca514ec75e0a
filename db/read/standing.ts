/**
 * What an account may still do: margin is the value of its positions by their leverage, buying
 * power what of its equity no position ties up, the day's loss what equity lies below that of the
 * day's start, in the account's zone. Exact decimals in its currency.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import { Decimal, decimalText, toDecimal, ZERO } from '../../domain/decimal.ts';
import { dayStartOf, openReplays } from '../account-days.ts';
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

type Row = Pick<Standing, 'margin' | 'buyingPower'> & {
  readonly equity: string;
  readonly riskState: unknown;
  readonly replays: readonly string[];
};

export async function readStanding(db: Database, accountId: string, nowMs: number): Promise<Standing> {
  const { rows } = await sql<Row>`
    with account as (
      select a.equity, a.risk_state, ${openReplays} as replays,
        (select coalesce(sum(abs(p.quantity) * p.mark_price / p.leverage), 0)
          from positions p where p.account_id = a.account_id) as margin
      from accounts a where a.account_id = ${accountId})
    select trim_scale(margin)::text as margin,
      trim_scale(greatest(equity - margin, 0))::text as "buyingPower",
      equity::text as equity, risk_state as "riskState", replays
    from account`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`account ${accountId} is gone`);
  return { margin: row.margin, buyingPower: row.buyingPower, ...dayLossOf(row, nowMs) };
}

function dayLossOf({ equity, riskState, replays }: Row, nowMs: number): Pick<Standing, 'dayLoss' | 'dayLossFraction'> {
  const start = toDecimal(dayStartOf(riskState, replays, nowMs) ?? equity);
  const loss = Decimal.max(start.minus(equity), ZERO);
  return { dayLoss: decimalText(loss), dayLossFraction: start.isZero() ? 0 : loss.div(start).toNumber() };
}
