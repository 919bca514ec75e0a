/**
 * Holds the desk's books against the venue's journal. Kinds: duplicate (two accepts of one client order id), unknown (an
 * accept without intent or order row), lost (the desk says the order never was), invented (the reverse), unfinished,
 * state and quantity (the end differs), fill (missing, doubled, invented or different), bust (missing, doubled or
 * invented), position, cents, ledger, frozen, journal (the venue contradicts itself).
 */
import { amountText, HALF_CENT, type Value, valueText } from './amounts.ts';
import type { BookFill, BookOrder, Books } from './books.ts';
import type { Journal, JournalFill, JournalOrder } from './journal.ts';

export type Finding = { readonly kind: string; readonly where: string };
export type Wanted = {
  /** Orders may still rest at the end, as long as both sides say so. */
  readonly mayRest: boolean;
  readonly mayBeFrozen: boolean;
};

const FINAL = new Set(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'ABSENT', 'DENIED']);
const NEVER = new Set(['REJECTED', 'ABSENT', 'DENIED', 'INTENT', 'CLAIMED']);
const RESTING = new Set(['ACKED', 'PARTIAL']);
const ENDS = { filled: 'FILLED', canceled: 'CANCELED', expired: 'EXPIRED' } as const;

export function compare(journal: Journal, books: Books, wanted: Wanted): Finding[] {
  return [
    ...journal.faults.map((where) => ({ kind: 'journal', where })),
    ...duplicates(journal),
    ...ours(journal).flatMap((order) => compareOrder(order, books, wanted)),
    ...[...books.orders.values()].flatMap((order) => compareRow(order, journal, wanted)),
    ...compareFills(journal, books),
    ...compareBusts(journal, books),
    ...comparePositions(journal, books),
    ...compareCash(journal, books),
    ...(books.frozen === null || wanted.mayBeFrozen ? [] : [{ kind: 'frozen', where: books.frozen }]),
  ];
}

const ours = (journal: Journal): JournalOrder[] => journal.orders.filter(({ origin }) => origin === 'client');

function duplicates(journal: Journal): Finding[] {
  const accepts = new Map<string, number[]>();
  for (const { clientOrderId, line } of ours(journal)) {
    accepts.set(clientOrderId, [...(accepts.get(clientOrderId) ?? []), line]);
  }
  return [...accepts]
    .filter(([, lines]) => lines.length > 1)
    .map(([id, lines]) => ({ kind: 'duplicate', where: `${id} accepted in lines ${lines.join(', ')}` }));
}

function compareOrder(order: JournalOrder, books: Books, { mayRest }: Wanted): Finding[] {
  const { clientOrderId, line, end } = order;
  const at = `${clientOrderId} (line ${line})`;
  const row = books.orders.get(clientOrderId);
  if (!books.intents.has(clientOrderId)) return [{ kind: 'unknown', where: `${at} has no intent` }];
  if (row === undefined) return [{ kind: 'unknown', where: `${at} has no order row` }];
  if (NEVER.has(row.state)) return [{ kind: 'lost', where: `${at} was accepted, the desk says ${row.state}` }];
  if (!FINAL.has(row.state) && (end !== null || !RESTING.has(row.state) || !mayRest))
    return [{ kind: 'unfinished', where: `${at} is ${end ?? 'open'} there, ${row.state} here` }];
  if (FINAL.has(row.state) && (end === null || ENDS[end] !== row.state))
    return [{ kind: 'state', where: `${at} is ${end ?? 'open'} there, ${row.state} here` }];
  if (row.filled === order.filled) return [];
  return [
    { kind: 'quantity', where: `${at} filled ${amountText(order.filled)} there, ${amountText(row.filled)} here` },
  ];
}

/** Rows that the journal does not know: nothing came of them, or they wait for an entry that rests. */
function compareRow({ clientOrderId, state }: BookOrder, journal: Journal, { mayRest }: Wanted): Finding[] {
  if (journal.orders.some((one) => one.clientOrderId === clientOrderId)) return [];
  if (state === 'CANCELED' || (state === 'INTENT' && mayRest)) return [];
  if (!FINAL.has(state)) return [{ kind: 'unfinished', where: `${clientOrderId} is ${state}, the venue never had it` }];
  return NEVER.has(state) ? [] : [{ kind: 'invented', where: `${clientOrderId} is ${state}, the venue never had it` }];
}

function compareFills(journal: Journal, books: Books): Finding[] {
  const booked = new Map<string, BookFill[]>();
  for (const fill of books.fills) {
    const id = fill.tradeId.split('::').at(-1) ?? fill.tradeId;
    booked.set(id, [...(booked.get(id) ?? []), fill]);
  }
  const findings = journal.fills.flatMap((fill) => {
    const rows = booked.get(fill.tradeId) ?? [];
    booked.delete(fill.tradeId);
    return compareFill(fill, rows, journal);
  });
  const invented = [...booked.keys()].map((id) => ({ kind: 'fill', where: `${id} is booked, the venue never had it` }));
  return [...findings, ...invented];
}

function compareFill(fill: JournalFill, rows: readonly BookFill[], journal: Journal): Finding[] {
  const at = `${fill.tradeId} of ${fill.clientOrderId} (line ${fill.line})`;
  const [row] = rows;
  // What was busted before it was booked need not be booked at all.
  if (row === undefined && fill.busted) return [];
  if (row === undefined) {
    const isForeign = journal.orders.every(
      (one) => one.clientOrderId !== fill.clientOrderId || one.origin !== 'client',
    );
    return isForeign ? [] : [{ kind: 'fill', where: `${at} is not booked` }];
  }
  if (rows.length > 1) return [{ kind: 'fill', where: `${at} is booked ${rows.length} times` }];
  const names = (['clientOrderId', 'symbol', 'side', 'quantity', 'price'] as const).filter(
    (name) => row[name] !== fill[name],
  );
  return names.map((name) => ({ kind: 'fill', where: `${at}: ${name} ${fill[name]} there, ${row[name]} here` }));
}

/** A busted trade that is booked has to be taken back, once; one that counts must not be. */
function compareBusts(journal: Journal, books: Books): Finding[] {
  const idOf = (tradeId: string): string => tradeId.split('::').at(-1) ?? tradeId;
  const booked = new Set(books.fills.map((fill) => idOf(fill.tradeId)));
  const takenBack = books.takenBack.map(idOf);
  const busted = new Set(journal.fills.filter((fill) => fill.busted).map((fill) => fill.tradeId));
  const missing = [...busted].filter((id) => booked.has(id) && !takenBack.includes(id));
  const doubled = takenBack.filter((id, index) => takenBack.indexOf(id) !== index);
  const invented = takenBack.filter((id) => !busted.has(id));
  return [
    ...missing.map((id) => ({ kind: 'bust', where: `${id} was busted there and still counts here` })),
    ...doubled.map((id) => ({ kind: 'bust', where: `${id} is taken back more than once` })),
    ...invented.map((id) => ({ kind: 'bust', where: `${id} is taken back, the venue never did` })),
  ];
}

function comparePositions(journal: Journal, books: Books): Finding[] {
  const symbols = new Set([...journal.positions.keys(), ...books.positions.keys()]);
  return [...symbols].flatMap((symbol) => {
    const there = journal.positions.get(symbol) ?? 0n;
    const here = books.positions.get(symbol) ?? 0n;
    if (there === here) return [];
    return [{ kind: 'position', where: `${symbol}: ${amountText(there)} there, ${amountText(here)} here` }];
  });
}

/** How far the desk's cash is from the venue's: exact, fees of the desk's own fills aside. */
export const cashDifference = (journal: Journal, books: Books): Value => books.cash + books.fees - journal.cash;

function compareCash(journal: Journal, books: Books): Finding[] {
  const off = cashDifference(journal, books);
  const ledgerOff = books.cash - books.startingCash - books.ledgerCash;
  return [
    ...(isCent(off) ? [{ kind: 'cents', where: `cash is off by ${valueText(off)}` }] : []),
    ...(isCent(ledgerOff) ? [{ kind: 'ledger', where: `the ledger's cash is off by ${valueText(ledgerOff)}` }] : []),
  ];
}

const isCent = (value: Value): boolean => (value < 0n ? -value : value) >= HALF_CENT;
