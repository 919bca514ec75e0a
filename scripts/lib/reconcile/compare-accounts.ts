/** Compares accounts with their venues straight from a terminal: Postgres and the venues, no Temporal. */
import { configuredVenues } from '../../../adapters/broker/configured-venues.ts';
import type { Environment } from '../../../config/environment.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { loadGovernance } from '../../../config/policy-files.ts';
import { type AccountStanding, standingOf } from '../../../db/account-standings.ts';
import { manualOrders } from '../../../db/settle-manual.ts';
import type { Database } from '../../../db/tables.ts';
import { sha256Hex } from '../../../domain/canonical-json.ts';
import { costsSchema, type Order } from '../../../schemas/execution.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import type { ReconcileReport } from '../../../schemas/reconciliation.ts';
import { createVenueDesk, RECONCILE_SETTLE_MS } from '../../../workers/venue-desk.ts';
import { deskConfig } from '../paths.ts';

/** `phrase`: what a person types to settle this order, which waits for one. */
export type ManualOrder = { readonly order: string; readonly symbol: string; readonly phrase: string };
/** `phrase`: what a person types to release the account; null when it is not frozen. */
export type ComparedAccount = ReconcileReport & {
  readonly frozen: string | null;
  readonly phrase: string | null;
  readonly manual: readonly ManualOrder[];
};

const PHRASE_LENGTH = 6;

/** The phrase is bound to this very freeze. */
export const releasePhrase = ({ accountId, frozen, frozenAtMs }: AccountStanding): string =>
  `release ${accountId} ${sha256Hex(`${accountId} ${frozen} ${frozenAtMs}`).slice(0, PHRASE_LENGTH)}`;

/** Bound to this very order. */
export const settlePhrase = ({ clientOrderId, sentAtMs }: Order): string =>
  `settle ${clientOrderId} ${sha256Hex(`settle ${clientOrderId} ${sentAtMs}`).slice(0, PHRASE_LENGTH)}`;

/** @throws InvalidInput ACCOUNT_UNKNOWN when no configured venue has the account; CONFIG_REQUIRED without any venue */
export async function compareAccounts(db: Database, account: string | null): Promise<ComparedAccount[]> {
  const environment = parseEnvironment();
  const venues = configuredVenues(environment);
  const meant = venues.filter((one) => account === null || one.name === account);
  if (meant.length === 0) throw noVenue(account, venues.map((one) => one.name).join(' | '));
  return Promise.all(meant.map((venue) => compareOne(db, environment, venue)));
}

async function compareOne(
  db: Database,
  environment: Environment,
  venue: ReturnType<typeof configuredVenues>[number],
): Promise<ComparedAccount> {
  const { desk } = loadGovernance(deskConfig(environment));
  const report = await createVenueDesk({
    db,
    venue,
    costs: costsSchema.parse({}),
    desk,
    killFile: () => null,
    bornAtMs: Date.now(),
    settleMs: RECONCILE_SETTLE_MS,
  }).reconcile();
  const standing = await standingOf(db, venue.name);
  const frozen = standing?.frozen ?? null;
  const phrase = standing === undefined || frozen === null ? null : releasePhrase(standing);
  const manual = (await manualOrders(db, venue.name)).map((one) => ({
    ...{ order: one.clientOrderId, symbol: one.symbol, phrase: settlePhrase(one) },
  }));
  return { ...report, frozen, phrase, manual };
}

export function noVenue(account: string | null, configured: string): InvalidInput {
  if (account === null || configured === '') {
    const hint = 'set ALPACA_PAPER_KEY, as npm start had it';
    return new InvalidInput([problem('CONFIG_REQUIRED', 'venues', configured, 'the key of a venue', hint)]);
  }
  return new InvalidInput([problem('ACCOUNT_UNKNOWN', '--account', account, configured)]);
}
