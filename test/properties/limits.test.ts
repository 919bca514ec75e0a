/**
 * Property 3, no limit is ever exceeded: after every order that the gate lets pass, what is held plus everything that
 * may still fill (UNKNOWN included, at full size) is within every limit; and no number that is none ever passes.
 * The oracle counts in whole cents with arithmetic of its own.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { entryView } from '../../domain/backtest/account-view.ts';
import { Decimal, toDecimal } from '../../domain/decimal.ts';
import { countsAsExposure } from '../../domain/execution/order-state.ts';
import { askRules, gate } from '../../domain/risk/gate.ts';
import type { ExposureView, GateInput, RiskRule } from '../../domain/risk/gate-input.ts';
import { onOrder } from '../../domain/risk/risk-state.ts';
import { dailyLoss } from '../../domain/risk/rules/daily-loss.ts';
import { RISK_RULES } from '../../domain/risk/rules/index.ts';
import { ordersPerMinute } from '../../domain/risk/rules/orders-per-minute.ts';
import { positionSize } from '../../domain/risk/rules/position-size.ts';
import type { Verdict } from '../../schemas/decision.ts';
import type { Order, OrderState } from '../../schemas/execution.ts';
import { deskLimitsSchema, type RiskState } from '../../schemas/risk.ts';
import { order } from '../domain/execution/support.ts';
import { NOW_MS, order as proposalTo, quietState } from '../domain/risk/gate-fixture.ts';
import { itHolds, type Mark } from './property.ts';

/** What is asked: the gate, and which orders count as exposure. */
type Desk = {
  readonly gate: (input: GateInput) => Verdict;
  readonly counts: (state: OrderState) => boolean;
};
const DESK: Desk = { gate, counts: countsAsExposure };

const PRICE = 100;
const EQUITY = 100_000;
const DAILY_LOSS_MAX = 1_000;
const MINUTE_MS = 60_000;
const LEVERAGE_MAX = 3;
const LIMITS = {
  gross: 0.2,
  symbol: 0.1,
  position: 0.08,
  positions: 3,
  orderValueUsd: 7_000,
  orderQuantity: 60,
  ordersPerMinute: 3,
} as const;
const desk = {
  grossExposureMax: LIMITS.gross,
  netExposureMax: LIMITS.gross,
  symbolConcentrationMax: LIMITS.symbol,
  orderValueMaxUsd: LIMITS.orderValueUsd,
  orderQuantityMax: LIMITS.orderQuantity,
  ordersPerMinuteMax: LIMITS.ordersPerMinute,
};
const profile = { positionFractionMax: LIMITS.position, positionsMax: LIMITS.positions, leverageMax: LEVERAGE_MAX };

type Proposal = {
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: number;
  readonly leverage: number;
  readonly equity: number;
  readonly becomes: OrderState;
  readonly filledFraction: number;
  readonly afterMs: number;
  readonly again: boolean;
};
type Kind =
  | 'NaN'
  | 'UNKNOWN'
  | 'partial fills'
  | 'duplicates'
  | 'no amount at all'
  | 'loss of the day'
  | 'refused'
  | 'let pass';

const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 20): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });
const equities = fc.constantFrom(Number.NaN, EQUITY - DAILY_LOSS_MAX, EQUITY - DAILY_LOSS_MAX - 1, 0);
const proposal: fc.Arbitrary<Proposal> = fc.record({
  symbol: fc.constantFrom('BTC/USDT', 'ETH/USDT', 'SOL/USDT'),
  strategyId: fc.constantFrom('momentum', 'trend'),
  side: fc.constantFrom('buy' as const, 'buy' as const, 'sell' as const),
  quantity: mostly(
    fc.integer({ min: 1, max: 7_500 }).map((n) => n / 100),
    fc.constantFrom(Number.NaN, 0, -0, -5, 1e30),
  ),
  price: mostly(fc.constant(PRICE), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -1)),
  leverage: mostly(fc.constantFrom(1, 1, 2, 3), fc.constantFrom(Number.NaN, 0, 1.5, 99)),
  equity: mostly(fc.constant(EQUITY), equities),
  becomes: fc.constantFrom<OrderState>('ACKED', 'UNKNOWN', 'SENT', 'PARTIAL', 'FILLED', 'CANCELED', 'MANUAL'),
  filledFraction: fc.constantFrom(0.25, 0.5),
  afterMs: fc.constantFrom(1_000, 15_000, 61_000),
  again: fc.constantFrom(false, false, false, false, true),
});

/** One order that passed, in whole cents of notional: what it filled, and what of it may still fill. */
type Risk = {
  readonly symbol: string;
  readonly key: string;
  readonly held: bigint;
  readonly atWork: bigint;
  readonly leverage: number;
};
const cents = (quantity: number): bigint => BigInt(Math.round(quantity * 100)) * BigInt(PRICE);
/** Margins in sixths of a cent, so that a leverage of 1, 2 or 3 divides them. */
const SIXTHS = 6;
const share = (fraction: number, of: number): bigint => BigInt(Math.round(fraction * of * 100));

/** What the books would hold at worst: of buys and sells at work those fill that make it larger. */
function worstCase(risks: readonly Risk[], weigh: (risk: Risk, amount: bigint) => bigint): bigint {
  let total = 0n;
  for (const key of new Set(risks.map((one) => one.key))) {
    const own = risks.filter((one) => one.key === key);
    const sumOf = (pick: (one: Risk) => bigint): bigint => own.reduce((sum, one) => sum + weigh(one, pick(one)), 0n);
    const held = sumOf((one) => one.held);
    const up = held + sumOf((one) => (one.atWork > 0n ? one.atWork : 0n));
    const down = held + sumOf((one) => (one.atWork < 0n ? one.atWork : 0n));
    const [a, b] = [up < 0n ? -up : up, down < 0n ? -down : down];
    total += a > b ? a : b;
  }
  return total;
}

const notional = (_: Risk, amount: bigint): bigint => amount;
const margin = ({ leverage }: Risk, amount: bigint): bigint => (amount * BigInt(SIXTHS)) / BigInt(leverage);

/** Limits of the order by itself, and of the day. */
function isSane({ equity, quantity, price, leverage }: Proposal): void {
  expect(quantity > 0 && quantity <= LIMITS.orderQuantity, `quantity ${quantity}`).toBe(true);
  expect(price === PRICE && quantity * price <= LIMITS.orderValueUsd, `value ${quantity} × ${price}`).toBe(true);
  expect([1, 2, 3].includes(leverage), `leverage ${leverage}`).toBe(true);
  expect(equity > 0 && EQUITY - equity <= DAILY_LOSS_MAX, `equity ${equity}`).toBe(true);
}

/** The order `asked` has passed; `risks` holds it at full size. */
function withinLimits(asked: Proposal, risks: readonly Risk[], sentAtMs: readonly number[]): void {
  const { equity, symbol } = asked;
  expect(sentAtMs.length, 'orders in a minute').toBeLessThanOrEqual(LIMITS.ordersPerMinute);
  const key = `${asked.strategyId} ${symbol}`;
  const leverageMax = risks.some((one) => one.leverage > 1) ? LEVERAGE_MAX : 1;
  expect(worstCase(risks, notional) <= share(LIMITS.gross * leverageMax, equity), 'gross exposure').toBe(true);
  const inSymbol = worstCase(
    risks.filter((one) => one.symbol === symbol),
    margin,
  );
  expect(inSymbol <= share(LIMITS.symbol * SIXTHS, equity), 'concentration').toBe(true);
  const inPosition = worstCase(
    risks.filter((one) => one.key === key),
    margin,
  );
  expect(inPosition <= share(LIMITS.position * SIXTHS, equity), 'position size').toBe(true);
  expect(new Set(risks.map((one) => one.key)).size, 'positions').toBeLessThanOrEqual(LIMITS.positions);
}

/** What the gate is shown: positions and orders as the desk's own rows, those that count as exposure. */
type Shown = { readonly positions: ExposureView[]; readonly orders: Order[]; risk: RiskState };

function inputOf(asked: Proposal, shown: Shown, counts: Desk['counts'], nowMs: number): GateInput {
  const { symbol, strategyId, side, leverage } = asked;
  const openOrders = shown.orders.filter((one) => counts(one.state)).map(entryView);
  const intent = { symbol, strategyId, side, leverage, quantity: new Decimal(asked.quantity) };
  return proposalTo({
    desk,
    profile,
    intent: { ...intent, price: new Decimal(asked.price) },
    account: { equity: new Decimal(asked.equity), positions: shown.positions, openOrders, riskState: shown.risk },
    market: { lastPrice: toDecimal(PRICE), barOpenTimeMs: nowMs - MINUTE_MS },
    input: { nowMs },
  });
}

const hundredths = (quantity: number): number => Math.round(quantity * 100) / 100;
const filledOf = ({ becomes, quantity, filledFraction }: Proposal): number => {
  if (becomes === 'FILLED') return quantity;
  return becomes === 'PARTIAL' ? hundredths(quantity * filledFraction) : 0;
};

/** The order lives on: as a position, as an order at work, or both. */
function live(asked: Proposal, shown: Shown, index: number): void {
  const { symbol, strategyId, side, leverage, becomes, quantity } = asked;
  const filled = filledOf(asked);
  const signed = toDecimal(side === 'buy' ? filled : -filled);
  if (filled > 0) shown.positions.push({ symbol, strategyId, quantity: signed, markPrice: toDecimal(PRICE), leverage });
  const names = { decisionId: `d-${index}`, symbol, strategyId, side, leverage, referencePrice: String(PRICE) };
  shown.orders.push(order({ ...names, quantity: String(quantity), quantityFilled: String(filled), state: becomes }));
}

const isOver = (state: OrderState): boolean => state === 'FILLED' || state === 'CANCELED';

function riskOf(asked: Proposal, isFull: boolean): Risk {
  const { symbol, strategyId, side, leverage, quantity, becomes } = asked;
  const sign = side === 'buy' ? 1 : -1;
  const filled = isFull ? 0 : filledOf(asked);
  const left = !isFull && isOver(becomes) ? 0 : hundredths(quantity - filled);
  return { symbol, key: `${strategyId} ${symbol}`, held: cents(sign * filled), atWork: cents(sign * left), leverage };
}

function neverExceeds({ gate: ask, counts }: Desk, proposals: readonly Proposal[], mark: Mark<Kind>): void {
  const shown: Shown = { positions: [], orders: [], risk: quietState() };
  const risks: Risk[] = [];
  const sentAtMs: number[] = [];
  let nowMs = NOW_MS;
  for (const [index, asked] of proposals.flatMap((one) => (one.again ? [one, one] : [one])).entries()) {
    nowMs += asked.afterMs;
    markInput(asked, mark);
    if (!ask(inputOf(asked, shown, counts, nowMs)).approved) {
      mark('refused');
      continue;
    }
    mark('let pass');
    markFate(asked, mark);
    isSane(asked);
    sentAtMs.push(nowMs);
    const recent = sentAtMs.filter((atMs) => atMs > nowMs - MINUTE_MS);
    withinLimits(
      asked,
      [...risks.filter(({ held, atWork }) => held !== 0n || atWork !== 0n), riskOf(asked, true)],
      recent,
    );
    risks.push(riskOf(asked, false));
    live(asked, shown, index);
    const sent = { ...asked, quantity: new Decimal(asked.quantity), reduceOnly: false };
    shown.risk = onOrder(shown.risk, sent, nowMs, deskLimitsSchema.parse(desk));
  }
}

function markInput({ quantity, price, leverage, equity, again }: Proposal, mark: Mark<Kind>): void {
  if ([quantity, price, leverage, equity].some(Number.isNaN)) mark('NaN');
  if (!(quantity > 0) || quantity > 1e9) mark('no amount at all');
  if (equity < EQUITY) mark('loss of the day');
  if (again) mark('duplicates');
}

function markFate({ becomes }: Proposal, mark: Mark<Kind>): void {
  if (becomes === 'UNKNOWN') mark('UNKNOWN');
  if (becomes === 'PARTIAL') mark('partial fills');
}

const KINDS = [
  'NaN',
  'UNKNOWN',
  'partial fills',
  'duplicates',
  'no amount at all',
  'loss of the day',
  'refused',
  'let pass',
] as const;
const without = (rule: RiskRule): Desk => ({
  ...DESK,
  gate: (input) =>
    askRules(
      RISK_RULES.filter((one) => one !== rule),
      input,
    ),
});

itHolds<Desk, readonly Proposal[], Kind>({
  name: 'property 3, limits are never exceeded',
  cases: fc.array(proposal, { minLength: 2, maxLength: 6, size: 'max' }),
  holds: neverExceeds,
  kinds: KINDS,
  subject: DESK,
  faults: {
    'UNKNOWN is no exposure': { ...DESK, counts: (state) => state !== 'UNKNOWN' && countsAsExposure(state) },
    'the rest of a partly filled order is no exposure': {
      ...DESK,
      counts: (state) => state !== 'PARTIAL' && countsAsExposure(state),
    },
    'limits are written as "if (x > max) refuse", so that NaN passes': {
      ...DESK,
      gate: (input) => {
        const reasons = gate(input).reasons.filter((reason) => !reason.message.includes('NaN'));
        return { approved: reasons.length === 0, reasons };
      },
    },
    'nobody counts the orders of a minute': without(ordersPerMinute),
    'nobody measures a position': without(positionSize),
    'nobody looks at the loss of the day': without(dailyLoss),
  },
});
