/** The account a venue keeps for us, as a row of ours: opened once, with the cash that the venue tells. */
import { decimalText, toDecimal } from '../domain/decimal.ts';
import { depositEntries } from '../domain/execution/ledger.ts';
import { onTransfer, openRiskState } from '../domain/risk/risk-state.ts';
import type { TradingMode } from '../schemas/governance.ts';
import { riskStateSchema } from '../schemas/risk.ts';
import { openStanding } from './account-standings.ts';
import { type Account, createAccount, lockAccount, saveAccount } from './accounts.ts';
import { appendAudit } from './audit.ts';
import { appendEvents } from './events.ts';
import { insertEntries } from './ledger.ts';
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

export type AcceptedCash = {
  readonly accountId: string;
  /** What the venue has, and what the books had when they were compared, decimal text. */
  readonly cash: string;
  readonly ours: string;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
};

/**
 * Takes the venue's cash as right, by a person: the difference is posted as paid in (or out, below zero).
 * @returns false, and posts nothing, when the books have moved since they were compared
 */
export function acceptVenueCash(db: Database, accepted: AcceptedCash): Promise<boolean> {
  const { accountId, cash, ours, by, reason, atMs } = accepted;
  return inTransaction(db, async (trx) => {
    const account = await lockAccount(trx, accountId);
    if (account === undefined) throw new Error(`account ${accountId} does not exist`);
    if (!toDecimal(account.cash).eq(ours)) return false;
    const paid = toDecimal(cash).minus(ours);
    if (paid.isZero()) return true;
    const plus = (text: string): string => decimalText(toDecimal(text).plus(paid));
    await insertEntries(trx, depositEntries(accountId, paid, atMs, account.currency));
    const riskState = onTransfer(riskStateSchema.parse(account.riskState), paid);
    await saveAccount(trx, { ...account, cash: decimalText(toDecimal(cash)), equity: plus(account.equity), riskState });
    const startingCash = { starting_cash: plus(account.startingCash) };
    await trx.updateTable('accounts').set(startingCash).where('account_id', '=', accountId).execute();
    const body = { accountId, paid: decimalText(paid), by, reason };
    await appendAudit(trx, [{ kind: 'account_cash_accepted', body, atMs }]);
    await appendEvents(trx, [{ type: 'account_cash_accepted', payload: body, correlationId: accountId, atMs }]);
    return true;
  });
}
