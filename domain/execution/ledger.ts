/**
 * Double-entry postings of deposits, fills and funding. The entries of one posting sum to exactly zero.
 * Books: cash, position:<symbol> (at cost), fees and funding (positive = paid), realizedPnl (a gain is negative,
 * as income is in double entry) and capital. Ids derive from trade ids. Amounts in the account's currency.
 */
import type { Fill, LedgerEntry } from '../../schemas/execution.ts';
import { type Decimal, decimalText } from '../decimal.ts';
import type { Booking } from './book-fill.ts';
import { fundingIdOf } from './identity.ts';

type Account = { readonly accountId: string; readonly currency: string };
type Line = readonly [book: string, kind: LedgerEntry['kind'], amount: Decimal];
type Posting = {
  readonly postingId: string;
  readonly clientOrderId: string | null;
  readonly tradeId: string | null;
  readonly atMs: number;
};

/** Lines of amount zero are left out. */
function entriesOf(account: Account, posting: Posting, lines: readonly Line[]): LedgerEntry[] {
  return lines
    .filter(([, , amount]) => !amount.isZero())
    .map(([book, kind, amount], index) => ({
      postingId: posting.postingId,
      entryId: `${posting.postingId}-${index + 1}`,
      accountId: account.accountId,
      book,
      kind,
      amount: decimalText(amount),
      currency: account.currency,
      clientOrderId: posting.clientOrderId,
      tradeId: posting.tradeId,
      atMs: posting.atMs,
    }));
}

/** Money paid in: cash against capital. */
export function depositEntries(accountId: string, amount: Decimal, atMs: number, currency = 'USD'): LedgerEntry[] {
  const posting = { postingId: `deposit-${accountId}-${atMs}`, clientOrderId: null, tradeId: null, atMs };
  return entriesOf({ accountId, currency }, posting, [
    ['cash', 'deposit', amount],
    ['capital', 'deposit', amount.neg()],
  ]);
}

/** One fill: cash against position at cost, the difference against realizedPnl, and the fee; one posting. */
export function fillEntries(
  account: Account,
  fill: Fill,
  booking: Booking,
  fee: Decimal,
  forced: boolean,
): LedgerEntry[] {
  const { tradeId, clientOrderId, atMs, symbol } = fill;
  const kind = forced ? 'liquidation' : 'fill';
  const costChange = booking.costAdded.minus(booking.costRemoved);
  return entriesOf(account, { postingId: tradeId, clientOrderId, tradeId, atMs }, [
    ['cash', kind, booking.realizedPnl.minus(costChange)],
    [`position:${symbol}`, kind, costChange],
    ['realizedPnl', 'realizedPnl', booking.realizedPnl.neg()],
    ['cash', 'fee', fee.neg()],
    ['fees', 'fee', fee],
  ]);
}

/** One funding payment at one instant: cash against funding. `amount` is positive when paid. */
export function fundingEntries(
  account: Account,
  decisionId: string,
  amount: Decimal,
  instantMs: number,
): LedgerEntry[] {
  const postingId = fundingIdOf(decisionId, instantMs);
  return entriesOf(account, { postingId, clientOrderId: null, tradeId: null, atMs: instantMs }, [
    ['cash', 'funding', amount.neg()],
    ['funding', 'funding', amount],
  ]);
}
