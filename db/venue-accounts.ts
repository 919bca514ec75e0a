/** The account a venue keeps for us, as a row of ours: opened once, with the cash that the venue tells. */
import { toDecimal } from '../domain/decimal.ts';
import { depositEntries } from '../domain/execution/ledger.ts';
import { openRiskState } from '../domain/risk/risk-state.ts';
import type { TradingMode } from '../schemas/governance.ts';
import { openStanding } from './account-standings.ts';
import { type Account, createAccount } from './accounts.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';

export type VenueAccount = {
  /** Also the account's id here: one account a venue. */
  readonly venue: string;
  readonly venueAccountId: string;
  readonly tradingMode: TradingMode;
  readonly cash: string;
  readonly currency: string;
  readonly atMs: number;
};

/** The row of a new account. */
export const venueAccountRow = ({ venue, tradingMode, cash, currency, atMs }: VenueAccount): Account => ({
  accountId: venue,
  venue,
  currency,
  cash,
  equity: cash,
  startingCash: cash,
  tradingMode,
  riskState: openRiskState(toDecimal(cash), atMs),
  fundingDoneMs: null,
  epoch: 0,
  createdAtMs: atMs,
});

/** Opens account and standing; what exists stays as it is. @returns whether the account is new */
export const openVenueAccount = (db: Database, account: VenueAccount): Promise<boolean> =>
  inTransaction(db, (trx) => openVenueAccountIn(trx, account));

/** The same inside a transaction of the caller's. */
export async function openVenueAccountIn(trx: Database, account: VenueAccount): Promise<boolean> {
  const { venue, venueAccountId, cash, currency, atMs } = account;
  const entries = depositEntries(venue, toDecimal(cash), atMs, currency);
  const isNew = await createAccount(trx, venueAccountRow(account), entries);
  await openStanding(trx, venue, venueAccountId);
  return isNew;
}
