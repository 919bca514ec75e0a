/**
 * `calc paper`: the paper broker's rules over bars and orders: fills, ledger entries, final position. Orders of one
 * `decisionId` are one group (entry, stop, target) and work from `sentAtMs` on. Bars count once closed at `nowMs`.
 */
import { z } from 'zod';
import { runPaper } from '../../../domain/execution/run-paper.ts';
import { decimalSchema } from '../../../schemas/decimal.ts';
import {
  costsSchema,
  exitReasonSchema,
  legSchema,
  type Order,
  orderSideSchema,
  orderTypeSchema,
} from '../../../schemas/execution.ts';
import { barIntervalMsSchema, symbolSchema } from '../../../schemas/market.ts';
import { accountIdSchema } from '../../../schemas/strategy-session.ts';
import { barsSchema, positiveDecimalSchema, rowOf } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { EXAMPLE_START_MS, exampleBar, HOUR_MS } from './example-bars.ts';

const clientOrderIdSchema = z.string().regex(/^[a-z0-9-]{1,36}$/);

const orderSchema = z.strictObject({
  decisionId: z.string().regex(/^[a-z0-9-]{1,24}$/),
  leg: legSchema.exclude(['liquidation']).default('entry'),
  /** Absent: decision id and leg. */
  clientOrderId: clientOrderIdSchema.optional(),
  strategyId: z.string().min(1).default('paper'),
  side: orderSideSchema,
  type: orderTypeSchema.default('market'),
  quantity: positiveDecimalSchema,
  limitPrice: positiveDecimalSchema.nullable().default(null),
  stopPrice: positiveDecimalSchema.nullable().default(null),
  /** Legs only: fixes the leg's own price when the entry fills. */
  distanceFromEntry: positiveDecimalSchema.nullable().default(null),
  leverage: z.number().int().min(1).max(10).default(1),
  /** Absent: true for every leg but the entry. */
  reduceOnly: z.boolean().optional(),
  exitReason: exitReasonSchema.optional(),
  sentAtMs: z.number().int(),
});
type OrderInput = z.output<typeof orderSchema>;

const paperSchema = z
  .strictObject({
    nowMs: z.number().int(),
    accountId: accountIdSchema.default('paper-1'),
    currency: z.enum(['USD']).default('USD'),
    startingCash: decimalSchema.default('100000'),
    symbol: symbolSchema.default('BTC/USDT'),
    barIntervalMs: barIntervalMsSchema.default(3_600_000),
    costs: costsSchema.prefault({}),
    bars: barsSchema,
    orders: z.array(orderSchema).max(100_000),
  })
  .superRefine(({ orders }, context) => {
    const known = new Set<string>();
    orders.forEach((order, index) => {
      const refuse = (field: keyof OrderInput, input: unknown, message: string) =>
        context.addIssue({ code: 'custom', path: ['orders', index, field], message, input });
      const id = clientOrderIdOf(order);
      if (known.has(id)) refuse('clientOrderId', id, 'each client order id once');
      known.add(id);
      const later = order.distanceFromEntry !== null && (order.leg === 'stop' || order.leg === 'target');
      if (order.type === 'limit' && order.limitPrice === null && !later) refuse('limitPrice', null, 'a price');
      if (order.type === 'stop' && order.stopPrice === null && !later) refuse('stopPrice', null, 'a price');
    });
  });
type PaperInput = z.output<typeof paperSchema>;

const sentAtMs = EXAMPLE_START_MS;

export const paper = calculation({
  name: 'paper',
  about: 'fills, ledger entries and final position of orders over bars, by the rules of the paper broker',
  schema: paperSchema,
  example: {
    nowMs: EXAMPLE_START_MS + 3 * HOUR_MS,
    accountId: 'paper-1',
    startingCash: '1000',
    symbol: 'BTC/USDT',
    barIntervalMs: HOUR_MS,
    costs: { commissionBps: 5, halfSpreadBps: 0, slippageBps: 0, volumeFractionMax: 1 },
    bars: [exampleBar(0, [100, 104, 99, 102]), exampleBar(1, [102, 103, 101, 101]), exampleBar(2, [94, 96, 93, 95])],
    orders: [
      { decisionId: 'd-1', leg: 'entry', side: 'buy', type: 'market', quantity: '2', sentAtMs },
      { decisionId: 'd-1', leg: 'stop', side: 'sell', type: 'stop', quantity: '2', stopPrice: '95', sentAtMs },
    ],
  },
  answer: (input) => {
    const { entries, positions, ...run } = runPaper({
      ...input,
      intervalMs: input.barIntervalMs,
      bars: input.bars.map(rowOf),
      orders: input.orders.map((order) => orderOf(order, input)),
    });
    return { ...run, ledgerEntries: entries, position: positions[0] ?? null, positions };
  },
});

const clientOrderIdOf = ({ clientOrderId, decisionId, leg }: OrderInput): string =>
  clientOrderId ?? `${decisionId}-${leg}`;

const orderOf = ({ exitReason, ...order }: OrderInput, { accountId, symbol }: PaperInput): Order => ({
  ...order,
  ...(exitReason === undefined ? {} : { exitReason }),
  clientOrderId: clientOrderIdOf({ exitReason, ...order }),
  reduceOnly: order.reduceOnly ?? order.leg !== 'entry',
  accountId,
  symbol,
  createdAtMs: order.sentAtMs,
  sessionId: null,
  venue: 'paper',
  venueOrderId: null,
  simulated: true,
  state: 'SENT',
  quantityFilled: '0',
});
