/** The last reasons of the desk itself for not sending an order that its gate has approved. */
import { addsRisk, haltRefusal } from '../domain/execution/venue-claim.ts';
import type { GateReason } from '../schemas/decision.ts';
import type { Order } from '../schemas/execution.ts';
import type { LoadedAccount } from './load-walk.ts';
import { readSession } from './sessions.ts';
import type { Database } from './tables.ts';
import type { VenueStoreParts } from './venue-parts.ts';

/** Kill flags and the end of the session stop what adds risk, what reduces passes; a frozen account sends neither. */
export async function sendRefusal(
  trx: Database,
  parts: VenueStoreParts,
  loaded: LoadedAccount,
  sending: readonly Order[],
  frozen: string | null,
): Promise<GateReason | null> {
  const [first] = sending;
  if (first === undefined) return null;
  if (addsRisk(first) && loaded.account.tradingMode === 'live' && !loaded.liveArmed) {
    return { rule: 'tradingMode', message: `account ${first.accountId} is not armed any more` };
  }
  const halted = haltRefusal(first, loaded.killSwitch ?? parts.killFile(), frozen);
  return halted ?? (addsRisk(first) ? await sessionRefusal(trx, first) : null);
}

async function sessionRefusal(trx: Database, order: Order): Promise<GateReason | null> {
  if (order.sessionId === null) return null;
  const session = await readSession(trx, order.sessionId);
  const query = trx.selectFrom('order_intents').select('epoch').where('client_order_id', '=', order.clientOrderId);
  const intent = await query.executeTakeFirst();
  if (session?.state === 'open' && session.epoch === intent?.epoch) return null;
  return { rule: 'sessionOrder', message: `session ${order.sessionId} has ended or is in a later run` };
}
