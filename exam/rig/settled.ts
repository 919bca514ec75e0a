/** When a desk of the rig has opened its account, and when nothing of its orders is in doubt any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { patiently } from './patience.ts';
import type { Rig } from './rig.ts';

export const ACCOUNT = 'alpaca-paper';

const OPEN_MS_MAX = 60_000;
const SETTLED_MS_MAX = 150_000;
const LOOK_EVERY_MS = 1_000;

/** The desk opens its account at the venue by itself. */
export function accountOpened({ pool }: Pick<Rig, 'pool'>): Promise<void> {
  return patiently(async () => {
    const { rowCount } = await pool.query('select 1 from accounts where account_id = $1', [ACCOUNT]);
    if (rowCount !== 1) throw new Error(`the desk has opened no account ${ACCOUNT}`);
  }, OPEN_MS_MAX);
}

/** Orders under way, which are neither final, nor at rest, nor waiting for their entry. */
const UNDER_WAY = `select count(*)::int as count from orders o where venue <> 'paper' and (
  state in ('CLAIMED', 'SENT', 'UNKNOWN', 'PARTIAL', 'CANCEL_SENT', 'CANCEL_UNKNOWN')
  or (state = 'ACKED' and type = 'market')
  or (state = 'INTENT' and not exists (
    select 1 from orders e where e.decision_id = o.decision_id and e.leg = 'entry' and e.state = 'ACKED')))`;

/** @returns false when something is still in doubt at the end of the time */
export async function ordersSettled({ pool }: Pick<Rig, 'pool'>, withinMs = SETTLED_MS_MAX): Promise<boolean> {
  const deadlineMs = Date.now() + withinMs;
  while (Date.now() < deadlineMs) {
    const { rows } = await patiently(() => pool.query<{ count: number }>(UNDER_WAY), LOOK_EVERY_MS * 10);
    if (rows[0]?.count === 0) return true;
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}
