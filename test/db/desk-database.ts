/** A fresh, migrated database for one test file, and complete nouns to fill it with; override what a test is about. */

import type { Account } from '../../db/accounts.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { migrate } from '../../db/migrate.ts';
import type { OpenSessionInput } from '../../db/sessions.ts';
import type { Database } from '../../db/tables.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Fill, Order, OrderIntent } from '../../schemas/execution.ts';
import { createTestDatabase } from '../setup/database.ts';

export type DeskDatabase = { readonly url: string; readonly db: Database; readonly close: () => Promise<void> };

export const START_MS = Date.UTC(2024, 0, 1);
export const HOUR_MS = 3_600_000;

export async function openDeskDatabase(poolSize = 4): Promise<DeskDatabase> {
  const { url, close } = await createTestDatabase();
  await migrate(url);
  const db = openDatabase(url, { poolSize });
  return {
    url,
    db,
    close: async () => {
      await closeDatabase(db);
      await close();
    },
  };
}

export const anAccount = (change: Partial<Account> = {}): Account => ({
  accountId: 'paper-1',
  venue: 'paper',
  currency: 'USD',
  cash: '100000',
  equity: '100000',
  startingCash: '100000',
  tradingMode: 'paper',
  riskState: { peakEquity: '100000' },
  fundingDoneMs: null,
  epoch: 0,
  createdAtMs: START_MS,
  ...change,
});

export const aSessionInput = (change: Partial<OpenSessionInput> = {}): OpenSessionInput => ({
  sessionId: 'btc-momentum',
  workflowId: 'strategy-session:btc-momentum',
  openKey: 'run-1',
  accountId: 'paper-1',
  strategyId: 'momentum',
  strategy: { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } },
  tradingMode: 'paper',
  input: { symbols: ['BTC/USDT'] },
  checkpoint: { cursor: 0, state: { barsSeen: 0 } },
  dataHash: null,
  dataEndsAtMs: START_MS,
  openedAtMs: START_MS,
  ...change,
});

export const aDecision = (sequence: number, change: Partial<Decision> = {}): Decision => ({
  decisionId: `decision-${sequence}`,
  sequence,
  symbol: 'BTC/USDT',
  asOfMs: START_MS + sequence * HOUR_MS,
  action: 'buy',
  targetFraction: 0.1,
  confidence: 0.6123456789012345,
  sizeFraction: 0.1,
  stopPrice: '42000.12345678',
  targetPrice: null,
  coverage: 0.5,
  agreement: 1,
  contributions: [
    { component: 'technical', side: 1, confidence: 0.61, weight: 0.5, reasons: ['momentum 0.0234 reached 0.0198'] },
  ],
  noDecision: null,
  verdict: { approved: true, reasons: [] },
  policyVersion: 1,
  orderHash: 'abc',
  repeated: false,
  ...change,
});

export const anIntent = (number: number, change: Partial<OrderIntent> = {}): OrderIntent => ({
  decisionId: `decision-${number}`,
  leg: 'entry',
  clientOrderId: `order-${number}`,
  accountId: 'paper-1',
  strategyId: 'momentum',
  symbol: 'BTC/USDT',
  side: 'buy',
  type: 'market',
  quantity: '0.25',
  limitPrice: null,
  stopPrice: null,
  distanceFromEntry: null,
  leverage: 1,
  reduceOnly: false,
  createdAtMs: START_MS + number * HOUR_MS,
  ...change,
});

export const anOrder = (number: number, change: Partial<Order> = {}): Order => ({
  ...anIntent(number),
  sessionId: 'btc-momentum',
  venue: 'paper',
  venueOrderId: null,
  simulated: false,
  state: 'ACKED',
  quantityFilled: '0',
  sentAtMs: START_MS + number * HOUR_MS,
  triggeredAtMs: null,
  ...change,
});

export const aFill = (number: number, change: Partial<Fill> = {}): Fill => ({
  venue: 'paper',
  accountId: 'paper-1',
  tradeId: `trade-${number}`,
  clientOrderId: `order-${number}`,
  strategyId: 'momentum',
  symbol: 'BTC/USDT',
  side: 'buy',
  quantity: '0.25',
  price: '42000',
  fee: '5.25',
  atMs: START_MS + number * HOUR_MS,
  ...change,
});
