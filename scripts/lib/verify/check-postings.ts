/** The double-entry ledger: every posting sums to zero, and says of its fill what the fill itself says. */
import { type Amount, amount, amountText, NONE, sum } from './amounts.ts';
import type { Findings } from './findings.ts';
import type { AccountRows } from './read-account.ts';
import type { Rebuilt } from './rebuild.ts';

type Entry = AccountRows['entries'][number];

export function checkPostings(rows: AccountRows, { bookings, cash }: Rebuilt, findings: Findings): void {
  const postings = new Map<string, Entry[]>();
  for (const entry of rows.entries) {
    const posting = postings.get(entry.posting_id);
    if (posting === undefined) postings.set(entry.posting_id, [entry]);
    else posting.push(entry);
  }
  for (const [id, entries] of postings) checkBalance(id, entries, findings);
  for (const { fill, books } of bookings) {
    checkBooks(`ledger.${fill.trade_id}`, postings.get(fill.trade_id) ?? [], books, findings);
  }
  checkOrigins(rows, postings, findings);
  checkDeposits(rows, findings);
  const entered = bookSum(rows.entries, 'cash');
  findings.amount(
    `accounts.${rows.account.account_id}.cash`,
    rows.account.cash,
    entered,
    'the sum of its cash entries',
  );
  const funded = sum(rows.entries.filter((one) => one.book === 'cash' && one.kind === 'funding').map(amountOf));
  const total = cash.plus(funded);
  if (!entered.eq(total)) {
    const path = `accounts.${rows.account.account_id}.ledger.cash`;
    findings.amount(path, amountText(entered), total, 'starting cash, fills and funding');
  }
}

const amountOf = (entry: Entry): Amount => amount(entry.amount);
const bookSum = (entries: readonly Entry[], book: string): Amount =>
  sum(entries.filter((entry) => entry.book === book).map(amountOf));

function checkBalance(id: string, entries: readonly Entry[], findings: Findings): void {
  for (const currency of new Set(entries.map((entry) => entry.currency))) {
    const total = sum(entries.filter((entry) => entry.currency === currency).map(amountOf));
    if (!total.isZero()) findings.mismatch(`ledger.${id}`, amountText(total), `0 ${currency}, the sum of its entries`);
  }
}

function checkBooks(
  path: string,
  entries: readonly Entry[],
  books: ReadonlyMap<string, Amount>,
  findings: Findings,
): void {
  for (const [book, expected] of books) {
    const stored = bookSum(entries, book);
    if (!stored.eq(expected)) findings.amount(`${path}.${book}`, amountText(stored), expected, 'by its fill');
  }
  const strange = entries.find((entry) => !books.has(entry.book));
  if (strange !== undefined) findings.mismatch(`${path}.${strange.book}`, strange.amount, 'no entry in this book');
}

/** Money moves by deposits, fills and funding of positions the account has opened; by nothing else. */
function checkOrigins(rows: AccountRows, postings: ReadonlyMap<string, Entry[]>, findings: Findings): void {
  const trades = new Set(rows.fills.map((fill) => fill.trade_id));
  const decisions = new Set(rows.intents.map((intent) => intent.decision_id));
  for (const [id, entries] of postings) {
    const isDeposit = entries.every((entry) => entry.kind === 'deposit' && entry.trade_id === null);
    const isFunding =
      entries.every((entry) => entry.kind === 'funding') && decisions.has(id.split('-funding-')[0] ?? '');
    if (trades.has(id) || isDeposit || isFunding) continue;
    findings.mismatch(
      `ledger.${id}`,
      amountText(bookSum(entries, 'cash')),
      'a posting of a known fill, funding or deposit',
    );
  }
}

function checkDeposits({ account, entries }: AccountRows, findings: Findings): void {
  const deposits = entries.filter((entry) => entry.kind === 'deposit');
  const path = `accounts.${account.account_id}.startingCash`;
  findings.amount(path, account.starting_cash, bookSum(deposits, 'cash'), 'the sum of its deposits');
  const capital = bookSum(entries, 'capital');
  if (!capital.plus(account.starting_cash).eq(NONE)) {
    findings.amount(
      `accounts.${account.account_id}.ledger.capital`,
      amountText(capital),
      amount(account.starting_cash).neg(),
    );
  }
}
