/** Sets the fills aside that a comparison has found foreign, as far as no order of the desk has room for them. */
import { configuredVenues } from '../../../adapters/broker/configured-venues.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { setFillsAside } from '../../../db/fills-set-aside.ts';
import { createReconcileStore } from '../../../db/reconcile-store.ts';
import type { Database } from '../../../db/tables.ts';
import { FILLS_READ_BEFORE_MS } from '../../../domain/execution/compare-books.ts';
import { fillsBeyond } from '../../../domain/execution/fills-beyond.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { type ComparedAccount, noVenue } from './compare-accounts.ts';
import type { ReleaseCommand } from './reconcile-flags.ts';

const REFUSED = 4;

/** @throws InvalidInput: 2 ACCOUNT_UNKNOWN, 4 VENUE_UNREACHABLE */
export async function setForeignAside(
  db: Database,
  { account, reason }: ReleaseCommand,
  { differences }: ComparedAccount,
  by: string,
): Promise<void> {
  const venues = configuredVenues(parseEnvironment());
  const venue = venues.find((one) => one.name === account);
  if (venue === undefined) throw noVenue(account, venues.map((one) => one.name).join(' | '));
  const books = createReconcileStore(db, Date.now);
  const { fillsMs } = await books.comparedSince(account);
  const told = await venue.fills(fillsMs - FILLS_READ_BEFORE_MS);
  if (told.kind === 'failed') {
    throw new InvalidInput([problem('VENUE_UNREACHABLE', account, told.reason, 'a venue that answers')], REFUSED);
  }
  const foreign = new Set(differences.filter((one) => one.kind === 'foreignFill').map((one) => one.what));
  const { orders } = await books.ours(account, fillsMs);
  const fills = fillsBeyond(
    told.value.filter((one) => foreign.has(one.tradeId)),
    orders,
  );
  if (fills.length > 0) await setFillsAside(db, { accountId: account, fills, by, reason, atMs: Date.now() });
}
