/**
 * B7: the answers of a venue about one order, its busts and corrections among them, in any order and any number of times,
 * end in one book. B8: an answer about another symbol, side or size is noted as a bad report and changes nothing.
 */
import { lookAtOrder } from '../../../activities/order/look-at-order.ts';
import type { VenueOrderParts } from '../../../activities/order/venue-orders.ts';
import { decimalText, toDecimal } from '../../../domain/decimal.ts';
import { openBook } from '../../../domain/execution/book.ts';
import { takeVenueAnswer } from '../../../domain/execution/venue-step.ts';
import type { Fill } from '../../../schemas/execution.ts';
import type { VenueBust, VenueFill, VenueOrder } from '../../../schemas/venue.ts';
import type { Case } from './case.ts';
import { type Draw, drawFrom, many } from './draw.ts';
import { anOrderOf, type Peer, wireOrderOf } from './peer.ts';

const CASH = '100000';

type Answer = {
  readonly seen: VenueOrder | null;
  readonly fills: readonly VenueFill[];
  readonly busts: readonly VenueBust[];
};

/** Whether all deliveries of one life end alike: state, filled, cash, position. */
export function permutationCases(seed: number, lives: number, ofEach: number): Case[] {
  const draw = drawFrom(seed, 'permutations');
  return many(lives, (index): Case => {
    const answers = aLife(draw);
    const end = bookAfter(answers);
    const others = many(ofEach, () => shuffled(draw, [...answers, ...answers.filter(() => draw.whole(0, 1) === 0)]));
    const answer = async (): Promise<string> => {
      const ends = new Set(others.map(bookAfter));
      return ends.size === 1 ? ([...ends][0] ?? '') : `${ends.size} different books: ${[...ends].join(' | ')}`;
    };
    return { row: 'B7', input: { index, answers: answers.map(({ seen }) => seen) }, expected: end, answer };
  });
}

/**
 * From accepted to its end, each sight with the fills up to it; the end is seen, or there would be none. Half of the
 * lives lose a fill after that, or have its price corrected: a cancel after the fill, a part after the end, a bust.
 */
function aLife(draw: Draw): Answer[] {
  const parts = many(draw.whole(0, 4), () => draw.whole(1, 25));
  const filled = parts.reduce((sum, part) => sum + part, 0);
  const isFilled = filled > 0 && draw.whole(0, 1) === 0;
  const quantity = isFilled ? filled : filled + draw.whole(1, 50);
  const fills = parts.map((part, index) => fillOf(draw, part, index));
  const sums = many(parts.length + 1, (count) => parts.slice(0, count).reduce((sum, part) => sum + part, 0));
  const sights = sums.map((sum, count): Answer => {
    return { seen: sightOf(quantity, sum), fills: fills.slice(0, count), busts: [] };
  });
  const state = isFilled ? 'FILLED' : draw.pick(['CANCELED', 'EXPIRED'] as const);
  const end: Answer = { seen: { ...sightOf(quantity, filled), state }, fills, busts: [] };
  return [...sights, end, ...afterEnd(draw, end, quantity, parts)];
}

/** The bust alone, as a list tells it, and the order as it is seen with it. */
function afterEnd(draw: Draw, { fills, seen }: Answer, quantity: number, parts: readonly number[]): Answer[] {
  const index = draw.whole(0, Math.max(0, parts.length - 1));
  const [fill, part] = [fills[index], parts[index]];
  if (fill === undefined || part === undefined || seen === null || draw.whole(0, 1) === 0) return [];
  const isCorrected = draw.whole(0, 2) === 0;
  const corrected = { ...fill, tradeId: `${fill.tradeId}-corrected`, price: hundredths(draw.whole(8_000, 9_000)) };
  const { tradeId: executionId, venueOrderId, symbol } = fill;
  const bust = { executionId, venueOrderId, symbol, replacement: isCorrected ? corrected : null, atMs: 99 };
  const left = isCorrected ? seen.quantityFilled : hundredths(parts.reduce((sum, one) => sum + one, -part));
  const state = !isCorrected && seen.state === 'FILLED' ? 'CANCELED' : seen.state;
  const sight = { ...sightOf(quantity, 0), quantityFilled: left, state };
  return [
    { seen: null, fills: [], busts: [bust] },
    { seen: sight, fills: draw.whole(0, 1) === 0 ? fills : fills.filter((one) => one !== fill), busts: [bust] },
  ];
}

const hundredths = (whole: number): string => decimalText(toDecimal(whole).div(100));

const fillOf = (draw: Draw, part: number, index: number): VenueFill => ({
  tradeId: `t-${index}`,
  venueOrderId: 'v-1',
  symbol: 'AAPL',
  side: 'buy',
  quantity: hundredths(part),
  price: hundredths(draw.whole(8_000, 9_000)),
  fee: null,
  atMs: index,
});

const sightOf = (quantity: number, filled: number): VenueOrder => ({
  venueOrderId: 'v-1',
  clientOrderId: 'ours',
  symbol: 'AAPL',
  side: 'buy',
  quantity: hundredths(quantity),
  quantityFilled: hundredths(filled),
  averagePrice: null,
  limitPrice: '90',
  stopPrice: null,
  state: filled === 0 ? 'ACKED' : filled === quantity ? 'FILLED' : 'PARTIAL',
  venueStatus: 'told',
  submittedAtMs: 0,
});

/** The book at the end, as a text. An order whose sending proved nothing is the hardest beginning. */
function bookAfter(answers: readonly Answer[]): string {
  const quantity = answers.find(({ seen }) => seen !== null)?.seen?.quantity ?? '1';
  let order = anOrderOf('ours', { quantity, state: 'UNKNOWN', accountId: 'alpaca-paper' });
  let book = { ...openBook('alpaca-paper', CASH), orders: [order] };
  const booked: Fill[] = [];
  const busts = new Map<string, VenueBust>();
  for (const { seen, fills, busts: told } of answers) {
    for (const bust of told) busts.set(bust.executionId, bust);
    const known = new Set(booked.map(({ tradeId }) => tradeId));
    const history = counting(booked).map((fill) => ({ fill, order }));
    const step = takeVenueAnswer(book, order, seen, fills, known, { busts: [...busts.values()], history });
    booked.push(...step.fills);
    order = step.orders.find(({ clientOrderId }) => clientOrderId === 'ours') ?? order;
    book = { ...step.book, orders: [order] };
  }
  const held = book.positions.filter((one) => !one.quantity.isZero());
  const positions = held.map(({ quantity: size, cost }) => `${size.toFixed()} for ${cost.toFixed()}`);
  return `${order.state} ${order.quantityFilled}, cash ${book.cash.toFixed()}, position ${positions.join(' ')}`;
}

/** Fills that count: neither taken back nor taking one back. */
function counting(booked: readonly Fill[]): Fill[] {
  const gone = new Set(booked.map((one) => one.takesBack));
  return booked.filter((one) => (one.takesBack ?? null) === null && !gone.has(one.tradeId));
}

function shuffled<T>(draw: Draw, items: readonly T[]): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = draw.whole(0, last);
    [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
  }
  return mixed;
}

const GOOD_FILL = { id: 't1', order_id: 'order-at-the-venue', symbol: 'AAPL', side: 'buy', qty: '1', price: '90' };
const FILL_AT = { transaction_time: '1970-01-01T00:00:00Z' };

type Report = { readonly order: object; readonly fill: object };
const PARTLY = { status: 'partially_filled', filled_qty: '1' };
const bad = (order: object, fill: object = {}): Report => ({
  order: wireOrderOf('ours', { ...PARTLY, ...order }),
  fill: { ...GOOD_FILL, ...FILL_AT, ...fill },
});

/** Whole and readable, but of another order; only the engine knows which one was meant. */
export function foreignCases(peer: Peer, seed: number, count: number): Case[] {
  const draw = drawFrom(seed, 'foreign');
  return many(count, (): Case => {
    const report = draw.pick([
      bad({ side: 'sell' }),
      bad({ symbol: draw.pick(['MSFT', 'BTC/USD', 'AAPLX']) }),
      bad({ qty: '9', filled_qty: String(draw.whole(3, 8)) }),
      bad({}, { side: draw.pick(['sell', 'sell_short']) }),
      bad({}, { symbol: draw.pick(['MSFT', 'TSLA']) }),
    ]);
    return { row: 'B8', input: report, expected: 'bad report', answer: () => lookedAt(peer, report) };
  });
}

/** What a look at the order leads to: the store is asked to note it, to take it over, or nothing. */
async function lookedAt(peer: Peer, { order, fill }: Report): Promise<string> {
  const { venue } = peer.script((response, url) => {
    response.end(JSON.stringify(url.pathname.includes('FILL') ? [fill] : order));
  });
  const asked: string[] = [];
  const note = (what: string) => async (): Promise<never> => {
    asked.push(what);
    return undefined as never;
  };
  const store: VenueOrderParts['store'] = {
    noteBadReport: note('bad report'),
    take: note('taken over'),
    evidence: async () => null,
    ...{ orders: note('orders'), claim: note('claim'), mayStillSend: note('mayStillSend') },
    ...{ noteSendOutcome: note('noteSendOutcome'), noteVerdict: note('noteVerdict'), beginCancel: note('beginCancel') },
    ...{ noteCancelUnknown: note('noteCancelUnknown'), inTheWayOf: note('inTheWayOf'), changesOf: note('changesOf') },
    ...{ unknownVenueOrders: note('unknownVenueOrders'), takeOver: note('takeOver'), fillsOf: note('fillsOf') },
    ...{ frozen: note('frozen'), isOvertaken: note('isOvertaken'), decisionsWithLegs: note('decisionsWithLegs') },
    booksFor: async () => ({ held: '0', cash: '0', booked: new Set() }),
  };
  const sleep = async (): Promise<void> => undefined;
  await lookAtOrder({ store, venue, nowMs: Date.now, sleep }, anOrderOf('ours', { state: 'ACKED' }));
  return asked.join(' + ') || 'nothing';
}
