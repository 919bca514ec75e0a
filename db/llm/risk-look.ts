/**
 * The gate asked what it would say, on an account's books as they stand, and nothing written. Books that have moved after
 * the instant that is asked about are not shown: they know what came of it.
 */
import { type GateSurroundings, gateInputOf } from '../../domain/backtest/gate-input-of.ts';
import { openWalk } from '../../domain/backtest/open-walk.ts';
import type { WalkState } from '../../domain/backtest/walk-state.ts';
import { decimalText, floorToStep, toDecimal } from '../../domain/decimal.ts';
import { dayZoneOf } from '../../domain/market/trading-day.ts';
import { effectiveLimits, gate } from '../../domain/risk/gate.ts';
import type { EffectiveLimits } from '../../domain/risk/gate-input.ts';
import type { Verdict } from '../../schemas/decision.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import type { Policy } from '../../schemas/governance.ts';
import { type Compliance, type DeskLimits, sessionLimitsSchema } from '../../schemas/risk.ts';
import { readKillSwitch } from '../kill-switch.ts';
import { loadAccount, openingCheckpoint } from '../load-walk.ts';
import { activePolicy } from '../policies.ts';
import { inTransaction } from '../retry.ts';
import type { Database } from '../tables.ts';

export type RiskLookRequest = {
  /** null: an account with nothing in it. */
  readonly accountId: string | null;
  readonly asOfMs: number;
  readonly intervalMs: number;
  readonly trade: {
    readonly symbol: string;
    readonly side: 'buy' | 'sell';
    readonly sizeFraction: number;
    readonly leverage: number;
    readonly confidence: number;
  };
  readonly market: { readonly price: number; readonly hasStop: boolean; readonly closedAtMs: number };
};

export type RiskLook = Verdict & { readonly limits: EffectiveLimits; readonly movedAfterAsOf: boolean };

export type RiskLookParts = {
  readonly desk: DeskLimits;
  readonly compliance: Compliance;
  readonly quarantined: (symbols: readonly string[], intervalMs: number) => Promise<ReadonlyMap<string, string>>;
  /** The reason in the file that stops the desk; null without one. */
  readonly killFile: () => string | null;
};

/** Whose orders these would be; no book of that name exists. */
const ASKER = 'analyst';
const EMPTY_ACCOUNT = { accountId: 'sim:nothing', cash: '100000' };
const STEP = '0.00000001';
const NO_REASON = 'set without a reason';

type Standing = {
  readonly state: WalkState;
  readonly policy: Policy;
} & Pick<GateSurroundings, 'killSwitch' | 'halts' | 'liveArmed' | 'tradingMode'>;

/** @throws InvalidInput ACCOUNT_UNKNOWN */
export async function lookAtRisk(db: Database, parts: RiskLookParts, request: RiskLookRequest): Promise<RiskLook> {
  const { killSwitch, ...standing } = await standingOf(db, request);
  const limits = sessionLimitsSchema.parse({});
  const surroundings: GateSurroundings = {
    ...standing,
    killSwitch: killSwitch ?? parts.killFile(),
    direction: 'longShort',
    limits,
    desk: parts.desk,
    compliance: parts.compliance,
    strategyDisabled: null,
    venue: 'paper',
    barIntervalMs: request.intervalMs,
    quarantined: await parts.quarantined([request.trade.symbol], request.intervalMs),
  };
  const verdict = gate(gateInputOf(standing.state, intentOf(standing.state, request), factsOf(request), surroundings));
  const movedAfterAsOf = await movedAfter(db, request);
  return { ...verdict, limits: effectiveLimits(standing.policy, limits), movedAfterAsOf };
}

async function standingOf(db: Database, { accountId, asOfMs, trade }: RiskLookRequest): Promise<Standing> {
  if (accountId !== null) {
    return inTransaction(db, async (trx) => {
      const { account, ...rest } = await loadAccount(trx, accountId, ASKER, openingCheckpoint('0'), null);
      return { ...rest, tradingMode: account.tradingMode };
    });
  }
  const [policy, kill] = await Promise.all([activePolicy(db), readKillSwitch(db)]);
  if (policy === undefined) throw new Error('no policy is active: the desk was not started');
  const state = openWalk(EMPTY_ACCOUNT.accountId, EMPTY_ACCOUNT.cash, asOfMs, dayZoneOf([trade.symbol]));
  const halts = { account: null, symbols: new Map<string, string>() };
  const killSwitch = kill.active ? (kill.reason ?? NO_REASON) : null;
  return { state, policy, killSwitch, halts, liveArmed: false, tradingMode: 'backtest' };
}

function intentOf(state: WalkState, { accountId, trade, market, asOfMs }: RiskLookRequest): OrderIntent {
  const { symbol, side, sizeFraction, leverage } = trade;
  const wanted = state.equity.times(sizeFraction).div(toDecimal(market.price));
  return {
    decisionId: ASKER,
    leg: 'entry',
    clientOrderId: ASKER,
    accountId: accountId ?? EMPTY_ACCOUNT.accountId,
    strategyId: ASKER,
    symbol,
    side,
    type: 'market',
    quantity: decimalText(floorToStep(wanted, toDecimal(STEP))),
    limitPrice: null,
    stopPrice: null,
    distanceFromEntry: null,
    leverage,
    reduceOnly: false,
    referencePrice: decimalText(toDecimal(market.price)),
    createdAtMs: asOfMs,
  };
}

const factsOf = ({ trade, market, asOfMs, intervalMs }: RiskLookRequest) => ({
  confidence: trade.confidence,
  hasStop: market.hasStop,
  barOpenTimeMs: market.closedAtMs - intervalMs,
  nowMs: asOfMs,
  lastPrice: toDecimal(market.price),
  correlationGroup: [trade.symbol],
  origin: 'ai' as const,
});

/** Fills and orders bear the market's time. */
async function movedAfter(db: Database, { accountId, asOfMs }: RiskLookRequest): Promise<boolean> {
  if (accountId === null) return false;
  const [fill, intent] = await Promise.all([
    db
      .selectFrom('fills')
      .select('at')
      .where('account_id', '=', accountId)
      .where('at', '>', new Date(asOfMs))
      .limit(1)
      .executeTakeFirst(),
    db
      .selectFrom('order_intents')
      .select('created_at')
      .where('account_id', '=', accountId)
      .where('created_at', '>', new Date(asOfMs))
      .limit(1)
      .executeTakeFirst(),
  ]);
  return fill !== undefined || intent !== undefined;
}
