/**
 * A run with everything a report needs: wealth bar by bar, trades, fills, what was not decided and why. The plain
 * reference of the engine: the search kernels give the same money, bit for bit, where they overlap.
 */
import { dayZoneOf } from '../market/trading-day.ts';
import { decideAtClose } from './decide.ts';
import { GATE_RULES } from './desk-gate.ts';
import { dayColumns, markMemory, newMemory, rememberTrade } from './desk-memory.ts';
import { isFast, runFast } from './fast-report.ts';
import { closeAll } from './fill-orders.ts';
import type { EngineMarket } from './market.ts';
import { finishBar, matchBar, openBar, sizeAtOpen } from './match-bar.ts';
import type { EnginePlan } from './plan.ts';
import type { Desk, Tally } from './send-order.ts';
import type { Voice } from './signals.ts';
import { type Account, type Lane, newAccount, newWorkspace, TRADE, type Workspace } from './state.ts';

/** A symbol of the run: its bars and the strategy that speaks for them. */
export type EngineLane = { readonly market: EngineMarket; readonly voice: Voice };

/** Instants at which some symbol has a bar, and each symbol's bar there (−1: none). */
export type EngineTimeline = {
  readonly openTimeMs: Float64Array;
  /** Null where there is one symbol: its bars are the instants. */
  readonly indexes: readonly Int32Array[] | null;
};

export type EngineRun = {
  readonly account: Account;
  /** Equity at the close of each instant. */
  readonly equity: Float64Array;
  readonly closedAtMs: Float64Array;
  readonly tally: Tally;
};

export function engineTimeline(markets: readonly EngineMarket[]): EngineTimeline {
  const [only, ...others] = markets;
  if (only !== undefined && others.length === 0) return { openTimeMs: only.bars.openTimeMs, indexes: null };
  const stamps = new Set<number>();
  for (const { bars } of markets) for (const at of bars.openTimeMs) stamps.add(at);
  const openTimeMs = Float64Array.from(stamps).sort();
  return { openTimeMs, indexes: markets.map((market) => placesIn(market, openTimeMs)) };
}

function placesIn({ bars }: EngineMarket, openTimeMs: Float64Array): Int32Array {
  let next = 0;
  return Int32Array.from(openTimeMs, (at) => (bars.openTimeMs[next] === at ? next++ : -1));
}

export type RunOptions = {
  readonly timeline?: EngineTimeline;
  /** barByBar: the reference even where one loop would do; the same comes out. @default fastest */
  readonly way?: 'fastest' | 'barByBar';
  /** What is written into it stands until its next run. @default a new one */
  readonly workspace?: Workspace;
};

/** @throws RangeError without a symbol */
export function runReport(plan: EnginePlan, lanes: readonly EngineLane[], options: RunOptions = {}): EngineRun {
  const [first] = lanes;
  if (first === undefined) throw new RangeError('a run needs at least one symbol');
  const { timeline = engineTimeline(lanes.map(({ market }) => market)), workspace = newWorkspace() } = options;
  const closedAtMs = closesOf(timeline, first.market.bars.intervalMs);
  const account = newAccount(
    plan,
    lanes.map(({ market }) => market),
    workspace,
  );
  const desk: Desk = { memory: memoryOf(plan, lanes, closedAtMs, timeline), tally: newTally() };
  if (workspace.equity.length !== closedAtMs.length) workspace.equity = new Float64Array(closedAtMs.length);
  const { equity } = workspace;
  const { voice } = first;
  const fast =
    options.way !== 'barByBar' &&
    isFast(
      plan,
      lanes.map((one) => one.voice),
    );
  if (fast && voice.kind === 'columns') runFast(account, voice.columns, desk, equity);
  else walk(account, lanes, timeline, closedAtMs, desk, equity);
  return { account, equity, closedAtMs, tally: desk.tally };
}

const closes = new WeakMap<Float64Array, Float64Array>();

function closesOf({ openTimeMs }: EngineTimeline, intervalMs: number): Float64Array {
  const found = closes.get(openTimeMs) ?? openTimeMs.map((at) => at + intervalMs);
  closes.set(openTimeMs, found);
  return found;
}

const newTally = (): Tally => ({
  warmUp: 0,
  dataGap: 0,
  sizeZero: 0,
  refused: 0,
  refusals: new Uint32Array(GATE_RULES.length),
});

function memoryOf(
  { rules, cash }: EnginePlan,
  lanes: readonly EngineLane[],
  closedAtMs: Float64Array,
  { openTimeMs }: EngineTimeline,
): Desk['memory'] {
  if (rules === null) return null;
  const zone = dayZoneOf(lanes.map(({ market }) => market.bars.symbol));
  const [startDay = 0] = dayColumns(openTimeMs.subarray(0, 1), zone).key;
  return newMemory(rules, dayColumns(closedAtMs, zone), cash, startDay);
}

function walk(
  account: Account,
  lanes: readonly EngineLane[],
  { indexes }: EngineTimeline,
  closedAtMs: Float64Array,
  desk: Desk,
  equity: Float64Array,
): void {
  const { memory } = desk;
  const { plan } = account;
  // Under the desk's rules the last decisions are made and expire, as in a session; else nothing comes of them.
  const isDeaf = plan.rules === null && plan.fill === 'nextOpen';
  const isTogether = indexes !== null && plan.size.at === 'fill';
  let told = 0;
  for (let k = 0; k < closedAtMs.length; k += 1) {
    const nowMs = closedAtMs[k] as number;
    if (isTogether) matchTogether(account, indexes, k);
    else matchEach(account, indexes, k);
    if (memory !== null) {
      for (; told < account.trades.count; told += 1) {
        const at = told * account.trades.width;
        rememberTrade(
          memory,
          account.trades.cells[at + TRADE.pnl] as number,
          account.trades.cells[at + TRADE.exitAtMs] as number,
        );
      }
    }
    account.equity = equityOf(account);
    if (memory !== null) markMemory(memory, account.equity, k, nowMs);
    for (const lane of account.lanes) {
      const i = barOf(indexes, lane, k);
      if (i < 0) continue;
      if (i === lane.last && plan.closeLast !== 'keep') closeAll(account, lane, i, true, nowMs);
      else if (i < lane.last || !isDeaf)
        decideAtClose(account, lane, i, (lanes[lane.place] as EngineLane).voice, desk, nowMs);
    }
    equity[k] = plan.fill === 'close' || plan.closeLast !== 'keep' ? equityOf(account) : account.equity;
  }
}

type Indexes = EngineTimeline['indexes'];

const barOf = (indexes: Indexes, { place }: Lane, k: number): number =>
  indexes === null ? k : ((indexes[place] as Int32Array)[k] as number);

/** Each symbol's bar for itself: nothing of one depends on another. */
function matchEach(account: Account, indexes: Indexes, k: number): void {
  for (const lane of account.lanes) {
    const i = barOf(indexes, lane, k);
    if (i >= 0) matchBar(account, lane, i);
  }
}

const TOGETHER = [openBar, sizeAtOpen, finishBar];

/**
 * Where entries are sized at their fill, by the equity of the whole account: it is that of the open, after all exits
 * there and before any entry, whatever the order of the symbols. Nothing inside a bar is known by then.
 */
function matchTogether(account: Account, indexes: readonly Int32Array[], k: number): void {
  for (const step of TOGETHER) {
    for (const lane of account.lanes) {
      const i = barOf(indexes, lane, k);
      if (i >= 0) step(account, lane, i);
    }
  }
}

function equityOf({ cash, lanes }: Account): number {
  let equity = cash;
  for (const { quantity, mark } of lanes) if (quantity !== 0) equity += quantity * mark;
  return equity;
}
