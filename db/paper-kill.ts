/** What the kill switch ends in the paper book: entries and exits at work. Legs that protect a position stay. */
import { isProtective } from '../domain/execution/book.ts';
import { isWorking } from '../domain/execution/order-state.ts';
import type { Order } from '../schemas/execution.ts';
import { readKillSwitch } from './kill-switch.ts';
import { workingOrders } from './orders.ts';
import type { PaperBroker } from './paper-broker.ts';
import type { Database } from './tables.ts';

export type PaperOrders = { readonly open: readonly Order[]; readonly protecting: number };

/** Orders at work in the paper book of all paper accounts, protecting ones counted apart. */
export async function paperOrdersAtWork(db: Database): Promise<PaperOrders> {
  const accounts = await db.selectFrom('accounts').select('account_id').where('trading_mode', '=', 'paper').execute();
  const orders: Order[] = [];
  for (const { account_id } of accounts) orders.push(...(await workingOrders(db, account_id)));
  const working = orders.filter((order) => order.venue === 'paper' && isWorking(order.state));
  const open = working.filter((order) => !isProtective(order));
  return { open, protecting: working.length - open.length };
}

/**
 * A switch that was set while Postgres was down is heeded before anything else is served.
 * @returns how many decisions' orders were cancelled
 */
export async function heedKillSwitch(db: Database, broker: PaperBroker, killFile: string | null): Promise<number> {
  const { active, reason } = await readKillSwitch(db);
  if (!active && killFile === null) return 0;
  const { open } = await paperOrdersAtWork(db);
  const decisions = new Set(open.map((order) => order.decisionId));
  for (const decisionId of decisions) await broker.cancel(decisionId, `kill switch: ${reason ?? killFile ?? ''}`);
  return decisions.size;
}
