/** `calc gate`: the risk gate about one order, at `nowMs`. The documents are those of the gate; money as strings. */
import { z } from 'zod';
import { type Decimal, toDecimal } from '../../../domain/decimal.ts';
import { type MarketHours, marketHoursAt } from '../../../domain/market/market-hours.ts';
import { gate as askGate } from '../../../domain/risk/gate.ts';
import type { AccountView, ExposureView, GateInput } from '../../../domain/risk/gate-input.ts';
import { openRiskState } from '../../../domain/risk/risk-state.ts';
import { decimalSchema } from '../../../schemas/decimal.ts';
import { orderSideSchema, orderTypeSchema } from '../../../schemas/execution.ts';
import { policySchema, tradingModeSchema } from '../../../schemas/governance.ts';
import { symbolSchema } from '../../../schemas/market.ts';
import { complianceSchema, deskLimitsSchema, riskStateSchema, sessionLimitsSchema } from '../../../schemas/risk.ts';
import { accountIdSchema, directionSchema } from '../../../schemas/strategy-session.ts';
import { positiveDecimalSchema } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { gateExample } from './gate-example.ts';

const leverageSchema = z.number().int().min(1).max(10).default(1);
const instantSchema = z.number().int();
const reasonSchema = z.string().min(1).nullable().default(null);

const intentSchema = z.strictObject({
  accountId: accountIdSchema.default('paper-1'),
  strategyId: z.string().min(1),
  symbol: symbolSchema,
  side: orderSideSchema,
  quantity: positiveDecimalSchema,
  /** The price the order is sized by: the close of the deciding bar. */
  price: positiveDecimalSchema,
  limitPrice: positiveDecimalSchema.nullable().default(null),
  leverage: leverageSchema,
  reduceOnly: z.boolean().default(false),
  hasStop: z.boolean(),
  confidence: z.number().min(0).max(1).nullable(),
  direction: directionSchema.default('longOnly'),
  origin: z.enum(['session', 'manual', 'ai']).default('session'),
  orderType: orderTypeSchema.default('market'),
});

/** Signed quantity of a position, or of what is left of a working entry. */
const exposureSchema = z.strictObject({
  strategyId: z.string().min(1),
  symbol: symbolSchema,
  quantity: decimalSchema,
  markPrice: positiveDecimalSchema,
  leverage: leverageSchema,
});

const positionSchema = exposureSchema.extend({
  /** null: on an earlier day. */
  openedAtMs: instantSchema.nullable().default(null),
});

const accountSchema = z.strictObject({
  equity: decimalSchema,
  cash: decimalSchema,
  positions: z.array(positionSchema).default([]),
  openOrders: z.array(exposureSchema).default([]),
  /** Absent: an account that has just been opened with this equity. */
  riskState: riskStateSchema.optional(),
  usMargin: z.boolean().default(false),
});

const marketSchema = z.strictObject({
  lastPrice: positiveDecimalSchema.nullable(),
  barOpenTimeMs: instantSchema.nullable(),
  barIntervalMs: z.number().int().nonnegative().default(3_600_000),
  quoteAtMs: instantSchema.nullable().default(null),
  historical: z.boolean().default(false),
  quarantined: reasonSchema,
  /** Absent: by the calendar of the order's symbol at `nowMs`, as is `nextOpenMs`. */
  isOpen: z.boolean().optional(),
  nextOpenMs: instantSchema.nullable().optional(),
});

const gateSchema = z.strictObject({
  nowMs: instantSchema,
  intent: intentSchema,
  /** null: the portfolio is unknown. */
  account: accountSchema.nullable(),
  market: marketSchema,
  correlationGroup: z.array(symbolSchema).default([]),
  /**
   * Of a leveraged entry: what its worst case costs, and what is left of
   * the day's budget, in USD; null: it is not asked.
   */
  riskBudget: z.strictObject({ worstCaseLossUsd: decimalSchema, leftUsd: decimalSchema }).nullable().default(null),
  policy: policySchema,
  limits: sessionLimitsSchema.prefault({}),
  desk: deskLimitsSchema.prefault({}),
  compliance: complianceSchema.prefault({}),
  tradingMode: tradingModeSchema,
  liveArmed: z.boolean().default(false),
  killSwitch: reasonSchema,
  accountHalt: reasonSchema,
  symbolHalt: reasonSchema,
  strategyDisabled: reasonSchema,
  budgetExhausted: reasonSchema,
});
type GateDocument = z.output<typeof gateSchema>;

export const gate = calculation({
  name: 'gate',
  about: 'the verdict of the risk gate on one order, with every reason, worst first',
  schema: gateSchema,
  example: gateExample,
  answer: (document) => askGate(gateInputOf(document)),
});

function gateInputOf(document: GateDocument): GateInput {
  const { intent, account, market, nowMs } = document;
  return {
    ...document,
    intent: {
      ...intent,
      quantity: toDecimal(intent.quantity),
      price: toDecimal(intent.price),
      limitPrice: optional(intent.limitPrice),
    },
    account: account === null ? null : accountOf(account, nowMs),
    riskBudget: budgetOf(document),
    market: { ...market, lastPrice: optional(market.lastPrice), ...hoursOf(document) },
  };
}

/** What the document tells of the hours goes before the calendar. */
function hoursOf({ intent, market, nowMs }: GateDocument): MarketHours {
  const known = marketHoursAt(intent.symbol, nowMs);
  const { isOpen = known.isOpen, nextOpenMs = known.nextOpenMs } = market;
  return { isOpen, nextOpenMs, hoursUnknown: market.isOpen === undefined ? known.hoursUnknown : null };
}

const budgetOf = ({ riskBudget }: GateDocument): NonNullable<GateInput['riskBudget']> | null =>
  riskBudget && { worstCaseLoss: toDecimal(riskBudget.worstCaseLossUsd), left: toDecimal(riskBudget.leftUsd) };

const optional = (text: string | null): Decimal | null => (text === null ? null : toDecimal(text));

function accountOf(account: NonNullable<GateDocument['account']>, nowMs: number): AccountView {
  const equity = toDecimal(account.equity);
  return {
    ...account,
    equity,
    cash: toDecimal(account.cash),
    positions: account.positions.map(exposureOf),
    openOrders: account.openOrders.map(exposureOf),
    riskState: account.riskState ?? openRiskState(equity, nowMs),
  };
}

const exposureOf = (one: z.output<typeof exposureSchema>): ExposureView => ({
  ...one,
  quantity: toDecimal(one.quantity),
  markPrice: toDecimal(one.markPrice),
});
