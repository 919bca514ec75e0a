/** Reads, under the account's lock, the state a walk goes on from: own book, others' exposure, risk memory, policy. */
import type { Transaction } from 'kysely';
import { accountEquity, entryView, isExposureElsewhere, positionView } from '../domain/backtest/account-view.ts';
import { type EntryContext, NO_COUNTERS, type WalkCounters, type WalkState } from '../domain/backtest/walk-state.ts';
import { Decimal, toDecimal, ZERO } from '../domain/decimal.ts';
import { bookFromRows } from '../domain/execution/rows.ts';
import { type AccountHalts, haltsOf } from '../domain/risk/account-halts.ts';
import { onClock, onWallTime, WALL_CLOCK } from '../domain/risk/day-clocks.ts';
import type { Order, OrderState } from '../schemas/execution.ts';
import { isRealTime } from '../schemas/governance.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { SessionLimits } from '../schemas/risk.ts';
import { type RiskState, riskStateSchema } from '../schemas/risk.ts';
import type { WalkResult } from '../schemas/session-walk.ts';
import { standingOf } from './account-standings.ts';
import { type Account, lockAccount } from './accounts.ts';
import { isArmedFor } from './armings.ts';
import { readKillSwitch } from './kill-switch.ts';
import { governanceOf, type LoadedGovernance } from './load-governance.ts';
import { workingOrders } from './orders.ts';
import { positionsOfAccount } from './positions.ts';
import type { Tables } from './tables.ts';

/** Who asked, at which cursor, whether an exit was decided there, and what was answered. */
export type Unwound = {
  readonly key: string;
  readonly cursor: number;
  readonly exited: boolean;
  readonly answer: WalkResult;
};

/** What a session's row remembers between batches. */
export type Checkpoint = {
  readonly cursor: number;
  /** Instants that were known when a session opened on a live market; the cursor begins after them. */
  readonly pastInstants: number;
  readonly sequence: number;
  readonly counters: WalkCounters;
  readonly entries: Readonly<Record<string, EntryContext>>;
  readonly peakEquity: string;
  readonly drawdownFractionMax: number;
  readonly realizedPnl: string;
  /** Account equity, and funding paid by the strategy, when the session opened. */
  readonly equityStart: string;
  readonly fundingStart: string;
  /** The limits in force: those of the input, tightened since. */
  readonly limits: SessionLimits | null;
  /** Symbols that the last instant has left undecided until models have answered. */
  readonly waiting: readonly string[];
  /** Flattening is done once; its answer is `last` too. */
  readonly phase: 'walking' | 'flattened';
  /** The last look for a leg without a partner between two bars. */
  readonly unwound: Unwound | null;
  /** What the last batch answered: given again when its report was lost. */
  readonly last: WalkResult | null;
};

export const openingCheckpoint = (startingEquity: string): Checkpoint => ({
  cursor: 0,
  pastInstants: 0,
  sequence: 0,
  counters: NO_COUNTERS,
  entries: {},
  peakEquity: startingEquity,
  drawdownFractionMax: 0,
  realizedPnl: '0',
  equityStart: startingEquity,
  fundingStart: '0',
  limits: null,
  waiting: [],
  phase: 'walking',
  unwound: null,
  last: null,
});

export type LoadedAccount = LoadedGovernance & {
  readonly account: Account;
  readonly state: WalkState;
  /** Entries and exits of the strategy that have left, and of which nobody knows yet what became. */
  readonly inDoubt: readonly Order[];
  readonly killSwitch: string | null;
  readonly halts: AccountHalts;
  /** A person has armed this live account for the strategy, and it has not expired. */
  readonly liveArmed: boolean;
};

/**
 * The account as strategy `strategyId` walks it; everybody else's positions and entries count as exposure.
 * @param clock whose day counts (`domain/risk/day-clocks.ts`); null: the one in front
 * @throws InvalidInput ACCOUNT_UNKNOWN; Error when no policy has been set
 */
export async function loadAccount(
  trx: Transaction<Tables>,
  accountId: string,
  strategyId: string,
  checkpoint: Checkpoint,
  clock: string | null,
): Promise<LoadedAccount> {
  const account = await lockAccount(trx, accountId);
  if (account === undefined) throw unknownAccount(accountId);
  const governance = await governanceOf(trx, account, strategyId);
  const kill = await readKillSwitch(trx);
  const positions = await positionsOfAccount(trx, accountId);
  const orders = await workingOrders(trx, accountId);
  const own = <T extends { strategyId: string }>(rows: readonly T[]) =>
    rows.filter((one) => one.strategyId === strategyId);
  const others = <T extends { strategyId: string }>(rows: readonly T[]) =>
    rows.filter((one) => one.strategyId !== strategyId);
  const book = bookFromRows({ account, positions: own(positions), orders: own(orders) });
  const othersBook = bookFromRows({ account, positions: others(positions), orders: [] });
  const othersPositions = othersBook.positions.filter((one) => !one.quantity.isZero()).map(positionView);
  const equity = accountEquity(book, othersPositions);
  const state: WalkState = {
    book,
    othersPositions,
    othersOrders: orders.filter((one) => isExposureElsewhere(one, strategyId)).map(entryView),
    risk: riskOn(account, clock),
    sequence: checkpoint.sequence,
    counters: checkpoint.counters,
    entries: checkpoint.entries,
    equity,
    peakEquity: Decimal.max(toDecimal(checkpoint.peakEquity), ZERO),
    drawdownFractionMax: checkpoint.drawdownFractionMax,
    realizedPnl: toDecimal(checkpoint.realizedPnl),
  };
  const frozen = (await standingOf(trx, accountId))?.frozen ?? null;
  const killSwitch = kill.active ? (kill.reason ?? 'set without a reason') : null;
  const liveArmed = account.tradingMode === 'live' && (await isArmedFor(trx, { accountId, strategyId }, Date.now()));
  const inDoubt = own(orders).filter(({ leg, state: at }) => (leg === 'entry' || leg === 'exit') && isInDoubt(at));
  return { ...governance, account, state, inDoubt, killSwitch, halts: haltsOf(frozen, orders), liveArmed };
}

const isInDoubt = (state: OrderState): boolean => state === 'SENT' || state === 'UNKNOWN' || state === 'MANUAL';

/** An account in virtual time has one clock only. */
function riskOn({ riskState, tradingMode }: Account, clock: string | null): RiskState {
  const risk = riskStateSchema.parse(riskState);
  if (clock === null || !isRealTime(tradingMode)) return risk;
  return clock === WALL_CLOCK ? onWallTime(risk, Date.now()) : onClock(risk, clock);
}

export const unknownAccount = (accountId: string): InvalidInput =>
  new InvalidInput([problem('ACCOUNT_UNKNOWN', 'accountId', accountId, 'an account of this desk, such as paper-1')]);
