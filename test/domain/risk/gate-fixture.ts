/** A quiet desk and one order that every rule lets pass; tests change what they speak of. Equity 100,000 USD. */

import { toDecimal } from '../../../domain/decimal.ts';
import type { AccountView, ExposureView, GateInput, GateIntent, MarketView } from '../../../domain/risk/gate-input.ts';
import { openRiskState } from '../../../domain/risk/risk-state.ts';
import { complianceSchema, deskLimitsSchema, sessionLimitsSchema } from '../../../schemas/risk.ts';

/** Wednesday 2024-01-03 12:00 UTC. */
export const NOW_MS = Date.UTC(2024, 0, 3, 12);

export const quietState = () => openRiskState(toDecimal('100000'), NOW_MS);

/** A position or working order: signed quantity at a price. */
export const exposure = (
  symbol: string,
  quantity: string,
  price: string,
  over: Partial<ExposureView> = {},
): ExposureView => ({
  strategyId: 'momentum',
  symbol,
  quantity: toDecimal(quantity),
  markPrice: toDecimal(price),
  leverage: 1,
  ...over,
});

export const account = (over: Partial<AccountView> = {}): AccountView => ({
  equity: toDecimal('100000'),
  cash: toDecimal('100000'),
  positions: [],
  openOrders: [],
  riskState: quietState(),
  usMargin: false,
  ...over,
});

const intent: GateIntent = {
  accountId: 'paper-1',
  strategyId: 'momentum',
  symbol: 'BTC/USDT',
  side: 'buy',
  quantity: toDecimal('1'),
  price: toDecimal('5000'),
  limitPrice: null,
  leverage: 1,
  reduceOnly: false,
  hasStop: true,
  confidence: 0.8,
  direction: 'longShort',
  origin: 'session',
  orderType: 'market',
};

const market: MarketView = {
  lastPrice: toDecimal('5000'),
  barOpenTimeMs: NOW_MS - 3_600_000,
  barIntervalMs: 3_600_000,
  quoteAtMs: null,
  historical: false,
  quarantined: null,
  isOpen: true,
  nextOpenMs: null,
};

const STABILITY: GateInput['policy']['profile'] = {
  positionFractionMax: 0.08,
  positionsMax: 8,
  leverageMax: 3,
  confidenceMin: 0.6,
  newEntries: true,
};

type Changes = {
  readonly intent?: Partial<GateIntent>;
  readonly market?: Partial<MarketView>;
  readonly account?: Partial<AccountView> | null;
  readonly profile?: Partial<GateInput['policy']['profile']>;
  readonly desk?: Partial<GateInput['desk']>;
  readonly limits?: Partial<GateInput['limits']>;
  readonly compliance?: Partial<GateInput['compliance']>;
  readonly input?: Partial<GateInput>;
};

/** Buy 1 BTC/USDT at 5,000 USD with a stop: 5 % of equity, under the stability profile. */
export const order = (changes: Changes = {}): GateInput => ({
  intent: { ...intent, ...changes.intent },
  account: changes.account === null ? null : account(changes.account),
  market: { ...market, ...changes.market },
  correlationGroup: [],
  policy: { version: 1, mode: 'stability', profile: { ...STABILITY, ...changes.profile } },
  limits: { ...sessionLimitsSchema.parse({}), ...changes.limits },
  desk: { ...deskLimitsSchema.parse({}), ...changes.desk },
  compliance: { ...complianceSchema.parse({}), ...changes.compliance },
  tradingMode: 'paper',
  liveArmed: false,
  nowMs: NOW_MS,
  killSwitch: null,
  accountHalt: null,
  symbolHalt: null,
  strategyDisabled: null,
  budgetExhausted: null,
  ...changes.input,
});
