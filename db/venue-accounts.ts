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

/** Opens account and standing; what exists stays as it is. */
export function openVenueAccount(db: Database, account: VenueAccount): Promise<void> {
  const { venue, venueAccountId, cash, currency, atMs } = account;
  return inTransaction(db, async (trx) => {
    await createAccount(trx, venueAccountRow(account), depositEntries(venue, toDecimal(cash), atMs, currency));
    await openStanding(trx, venue, venueAccountId);
  });
}
