/** Ends an order that waits for a person: by a person, and only when the venue says now that it does not have it. */
import { configuredVenues } from '../../../adapters/broker/configured-venues.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { manualOrders, settleManual } from '../../../db/settle-manual.ts';
import type { Database } from '../../../db/tables.ts';
import type { Order } from '../../../schemas/execution.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { isSamePhrase } from '../phrase.ts';
import { noVenue, settlePhrase } from './compare-accounts.ts';
import type { SettleCommand } from './reconcile-flags.ts';

const REFUSED = 4;

export type Settled = {
  readonly ok: true;
  readonly order: string;
  readonly state: Order['state'];
  readonly by: string;
};

/** @throws InvalidInput: 2 ACCOUNT_UNKNOWN, 4 NOT_MANUAL, CONFIRMATION_WRONG, ORDER_FOUND, VENUE_UNREACHABLE */
export async function settleOrder(db: Database, command: SettleCommand, by: string): Promise<Settled> {
  const { account, order: id, reason, phrase } = command;
  const order = (await manualOrders(db, account)).find((one) => one.clientOrderId === id);
  if (order === undefined) throw notManual(id);
  if (!isSamePhrase(phrase, settlePhrase(order))) {
    const hint = `npm run reconcile -- --account ${account}`;
    throw refused(problem('CONFIRMATION_WRONG', '--confirm', phrase, 'the phrase of this very order', hint));
  }
  await refuseUnlessGone(order);
  const state = await settleManual(db, { order, by, reason, atMs: Date.now() });
  if (state === null) throw notManual(id);
  return { ok: true, order: id, state, by };
}

/** Asked by its id, and among the open orders: nothing else may end it here. */
async function refuseUnlessGone({ accountId, clientOrderId }: Order): Promise<void> {
  const venues = configuredVenues(parseEnvironment());
  const venue = venues.find((one) => one.name === accountId);
  if (venue === undefined) throw noVenue(accountId, venues.map((one) => one.name).join(' | '));
  const look = await venue.lookUp(clientOrderId);
  const open = await venue.openOrders();
  const failed = look.kind === 'failed' ? look : open.kind === 'failed' ? open : null;
  if (failed !== null) {
    throw refused(problem('VENUE_UNREACHABLE', accountId, failed.reason, 'a venue that answers'));
  }
  const isOpen = open.kind === 'answered' && open.value.some((one) => one.clientOrderId === clientOrderId);
  if (look.kind !== 'found' && !isOpen) return;
  const hint = 'a comparison books what the venue tells of it';
  const got = look.kind === 'found' ? look.order.venueStatus : 'open';
  throw refused(problem('ORDER_FOUND', '--settle', got, 'an order that the venue does not have', hint));
}

const notManual = (id: string): InvalidInput =>
  refused(problem('NOT_MANUAL', '--settle', id, 'an order of the account in state MANUAL'));

const refused = (...problems: Problem[]): InvalidInput => new InvalidInput(problems, REFUSED);
