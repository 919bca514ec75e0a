/** An order by hand with its stop as the gate is asked about it; override what a test is about. */
import type { OrderRequest } from '../../db/order-request.ts';
import { toDecimal } from '../../domain/decimal.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import { complianceSchema, deskLimitsSchema, sessionLimitsSchema } from '../../schemas/risk.ts';
import { aDecision } from './desk-database.ts';

export const REQUEST_PRICE = 100;

const aLimitIntent = (change: Partial<OrderIntent>): OrderIntent => ({
  decisionId: 'd1',
  leg: 'entry',
  clientOrderId: 'd1-entry',
  accountId: 'paper-1',
  strategyId: 'manual',
  symbol: 'BTC/USDT',
  side: 'buy',
  type: 'limit',
  quantity: '1',
  limitPrice: '99.5',
  stopPrice: null,
  distanceFromEntry: null,
  leverage: 1,
  reduceOnly: false,
  referencePrice: String(REQUEST_PRICE),
  createdAtMs: Date.now(),
  ...change,
});

const STOP = { leg: 'stop', side: 'sell', type: 'stop', limitPrice: null, stopPrice: '95', reduceOnly: true } as const;

/** `common` goes into entry and stop alike. */
export function anOrderRequest(
  decisionId: string,
  entry: Partial<OrderIntent> = {},
  common: Partial<Pick<OrderIntent, 'accountId' | 'strategyId'>> = {},
): OrderRequest {
  const nowMs = Date.now();
  const named = { decisionId, createdAtMs: nowMs, ...common };
  return {
    workflowId: `order-execution:${decisionId}`,
    sessionId: null,
    decisionId,
    intents: [
      aLimitIntent({ ...named, clientOrderId: `${decisionId}-entry`, ...entry }),
      aLimitIntent({ ...named, ...STOP, clientOrderId: `${decisionId}-stop` }),
    ],
    facts: {
      confidence: null,
      hasStop: true,
      barOpenTimeMs: nowMs - 60_000,
      nowMs,
      lastPrice: toDecimal(REQUEST_PRICE),
      correlationGroup: [],
      origin: 'manual',
    },
    surroundings: {
      direction: 'longShort',
      limits: sessionLimitsSchema.parse({}),
      desk: deskLimitsSchema.parse({}),
      compliance: complianceSchema.parse({}),
      tradingMode: 'paper',
      barIntervalMs: 60_000,
      quarantined: new Map(),
    },
    halt: null,
    killFile: null,
    desk: deskLimitsSchema.parse({}),
    venue: 'paper',
    reasoning: 'a drill',
    epoch: null,
    decision: { ...aDecision(0, { decisionId, asOfMs: nowMs }) },
  };
}
