/**
 * What is decided at the close of one bar of one symbol: leave, turn or enter, and how large. An order waits for the
 * next open (or fills at this close). While an order is at work nothing new is decided for its symbol.
 */
import { type Desk, prepareEntry, sendEntry, sendExit } from './send-order.ts';
import { EXIT_LONG, EXIT_SHORT, type Voice, type Wish } from './signals.ts';
import { type Account, type Lane, MAX_HOLD, SIGNAL } from './state.ts';

export function decideAtClose(account: Account, lane: Lane, i: number, voice: Voice, desk: Desk, nowMs: number): void {
  if (voice.kind === 'asked') decideAsked(account, lane, i, voice, desk, nowMs);
  else if (lane.quantity !== 0) leaveByColumns(account, lane, i, voice.columns, desk, nowMs);
  else enterByColumns(account, lane, i, voice.columns, desk, nowMs);
}

type ByColumns = (Voice & { kind: 'columns' })['columns'];

function enterByColumns(
  account: Account,
  lane: Lane,
  i: number,
  columns: ByColumns,
  { memory, tally }: Desk,
  nowMs: number,
): void {
  if (i < columns.firstBar) {
    tally.warmUp += 1;
    return;
  }
  if (lane.market.afterGap[i] === 1) {
    tally.dataGap += 1;
    return;
  }
  const side = columns.side[i] as 1 | -1 | 0;
  if (side === 0 || lane.entrySide !== 0 || !isAllowed(account, side)) return;
  if (!prepareEntry(account, lane, i, { side, close: false })) {
    tally.sizeZero += 1;
    return;
  }
  const confidence = columns.confidence === null ? 1 : (columns.confidence[i] as number);
  sendEntry(account, lane, i, side, confidence, { memory, tally }, nowMs);
}

const isAllowed = ({ plan: { direction } }: Account, side: number): boolean =>
  direction === 'longShort' || (side === 1 ? direction === 'longOnly' : direction === 'shortOnly');

const isBusy = (lane: Lane): boolean => lane.entrySide !== 0 || lane.exitLeft !== 0;

/** Bars that a position has been held in by the close of bar `i`; one filled at a close begins with the bar after. */
function barsHeld({ entryBar, entryAtMs, market }: Lane, i: number): number {
  const isAtClose = entryAtMs > (market.bars.openTimeMs[entryBar] as number);
  return i - entryBar + (isAtClose ? 0 : 1);
}

function leaveByColumns(account: Account, lane: Lane, i: number, columns: ByColumns, desk: Desk, nowMs: number): void {
  if (isBusy(lane)) return;
  followStop(account, lane, i);
  const { plan } = account;
  const long = lane.quantity > 0;
  const asked = ((columns.exit[i] as number) & (long ? EXIT_LONG : EXIT_SHORT)) !== 0;
  const wanted = asked && i >= columns.firstBar;
  const turns = plan.flips === 'reverse' && (columns.side[i] as number) === (long ? -1 : 1);
  const expired = plan.maxHoldBars !== null && barsHeld(lane, i) >= plan.maxHoldBars;
  if (!wanted && !expired && !turns) return;
  if (!sendExit(account, lane, i, wanted || turns ? SIGNAL : MAX_HOLD, desk, nowMs) || !turns) return;
  turn(account, lane, i, { side: long ? -1 : 1, close: true }, desk, nowMs);
}

/** Enters the other side at the open at which the position is closed; never at the first bar after a gap. */
function turn(account: Account, lane: Lane, i: number, wish: Wish, desk: Desk, nowMs: number): void {
  if (lane.market.afterGap[i] === 1 || !isAllowed(account, wish.side)) return;
  if (prepareEntry(account, lane, i, wish)) sendEntry(account, lane, i, wish.side, 1, desk, nowMs);
}

/** A trailing stop moves with the close, and only in the position's favour. */
function followStop({ plan }: Account, lane: Lane, i: number): void {
  if (plan.trailAtr === null || Number.isNaN(lane.trail)) return;
  const side = lane.quantity > 0 ? 1 : -1;
  const trailed = (lane.market.bars.close[i] as number) - side * lane.trail;
  if (!((trailed - lane.stop) * side <= 0)) lane.stop = trailed;
}

function decideAsked(
  account: Account,
  lane: Lane,
  i: number,
  voice: Voice & { kind: 'asked' },
  desk: Desk,
  nowMs: number,
): void {
  if (i < voice.firstBar) {
    desk.tally.warmUp += 1;
    return;
  }
  followStop(account, lane, i);
  const { quantity, entryPrice } = lane;
  const held = quantity !== 0;
  const wish = voice.ask(i, {
    quantity,
    entryPrice: held ? entryPrice : Number.NaN,
    barsHeld: held ? barsHeld(lane, i) : 0,
  });
  if (isBusy(lane)) return;
  if (held) leaveAsked(account, lane, i, wish, desk, nowMs);
  else enterAsked(account, lane, i, wish, desk, nowMs);
}

function leaveAsked(account: Account, lane: Lane, i: number, wish: Wish, desk: Desk, nowMs: number): void {
  const { plan } = account;
  const side = lane.quantity > 0 ? 1 : -1;
  const turns = wish.side === -side;
  const expired = plan.maxHoldBars !== null && barsHeld(lane, i) >= plan.maxHoldBars;
  if (!wish.close && !turns && !expired) {
    lane.stop = wish.stopPrice ?? lane.stop;
    lane.target = wish.targetPrice ?? lane.target;
    return;
  }
  const reason = wish.close || turns ? SIGNAL : MAX_HOLD;
  if (!sendExit(account, lane, i, reason, desk, nowMs) || !turns || plan.flips !== 'reverse') return;
  turn(account, lane, i, wish, desk, nowMs);
}

function enterAsked(account: Account, lane: Lane, i: number, wish: Wish, desk: Desk, nowMs: number): void {
  if (wish.side === 0 || !isAllowed(account, wish.side)) return;
  if (lane.market.afterGap[i] === 1) {
    desk.tally.dataGap += 1;
    return;
  }
  if (!prepareEntry(account, lane, i, wish)) {
    desk.tally.sizeZero += 1;
    return;
  }
  sendEntry(account, lane, i, wish.side, 1, desk, nowMs);
}
