/** `calc leverage`: what the leverage manager makes of the agent's values, and why. Money as decimal strings. */
import { z } from 'zod';
import { LEVERAGE_ACTIONS } from '../../../domain/learning/leverage/actions.ts';
import { measuredIn } from '../../../domain/learning/leverage/leverage-record.ts';
import { manageLeverage } from '../../../domain/learning/leverage/manage-leverage.ts';
import { decimalSchema } from '../../../schemas/decimal.ts';
import { positiveDecimalSchema } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { edgeSchema } from './kelly.ts';

const fraction = z.number().min(0).max(1);
const nonNegative = decimalSchema.refine((text) => !(Number(text) < 0), { error: '0 or more' });
const marginFraction = decimalSchema.refine((text) => Number(text) >= 0 && Number(text) < 0.5, {
  error: 'a fraction from 0, below 0.5',
});
const value = z.number().min(-1e6).max(1e6);

/** As `leverage_outcomes` counts them; sums of returns on the notional, of wins and of losses, both 0 or more. */
const countSchema = z
  .strictObject({
    leverage: z.int().min(1).max(10),
    regime: z.string().nullable(),
    trades: z.int().min(0),
    wins: z.int().min(0),
    winSum: z.number().min(0),
    lossSum: z.number().min(0),
  })
  .refine(({ wins, trades }) => wins <= trades, { path: ['wins'], error: 'at most trades' });

const schema = z.strictObject({
  /** The agent's value of each action. */
  qValues: z.strictObject({
    ...{ hold: value, long1x: value, long3x: value, long5x: value, long10x: value },
    ...{ short1x: value, short3x: value, short5x: value, short10x: value, close: value, reduceHalf: value },
  }),
  direction: z.enum(['longOnly', 'shortOnly', 'longShort']).default('longShort'),
  /** Of the same length of time. */
  targetVolatility: z.number().gt(0),
  realisedVolatility: z.number().min(0),
  trendAgreement: fraction,
  /** The operating mode's profile. */
  profile: z
    .strictObject({
      leverageMax: z.number().min(1).max(10).default(3),
      positionFractionMax: fraction.default(0.08),
      newEntries: z.boolean().default(true),
    })
    .prefault({}),
  riskScore: z.number().min(0).max(100).default(0),
  drawdownFraction: fraction.default(0),
  marginRatio: z.number().min(0).default(0),
  /** What trades at a leverage have earned in the present regime: may lower the cap. */
  measured: z
    .array(z.strictObject({ leverage: z.number().min(1), trades: z.int().min(0), averageReturn: z.number() }))
    .max(100)
    .default([]),
  /** The regime the trade would be opened in, and closed trades by leverage and regime: added to `measured`, shrunk. */
  regime: z.string().nullable().default(null),
  record: z.array(countSchema).max(1_000).default([]),
  edge: edgeSchema,
  position: z
    .strictObject({ side: z.enum(['long', 'short']), leverage: z.number().min(1) })
    .nullable()
    .default(null),
  market: z.strictObject({
    price: positiveDecimalSchema,
    /** |entry − stop| / entry; 1 for none. */
    stopDistanceFraction: z.number().gt(0).max(1),
    gapFraction: fraction.default(0.01),
    costFraction: fraction.default(0.0016),
    quantityStep: positiveDecimalSchema.default('0.00000001'),
    venue: z.enum(['binance', 'bybit', 'gateOkx']).default('gateOkx'),
    maintenanceMarginFraction: marginFraction.default('0.005'),
    takerFeeFraction: marginFraction.default('0.0005'),
  }),
  account: z.strictObject({
    equityUsd: positiveDecimalSchema,
    budgetUsedUsd: nonNegative.default('0'),
    /** Absent: all equity. */
    marginAvailableUsd: nonNegative.optional(),
  }),
});

export const leverage = calculation({
  name: 'leverage',
  about: 'action, leverage, size and worst-case loss out of the agent’s values, with the reasons and what is masked',
  schema,
  example: {
    qValues: {
      ...{ hold: 0.1, long1x: 0.6, long3x: 1.2, long5x: 2.4, long10x: 5.5 },
      ...{ short1x: -0.4, short3x: -0.8, short5x: -1.2, short10x: -2, close: 0, reduceHalf: 0 },
    },
    direction: 'longShort',
    targetVolatility: 0.02,
    realisedVolatility: 0.025,
    trendAgreement: 1,
    profile: { leverageMax: 10, positionFractionMax: 0.1, newEntries: true },
    riskScore: 30,
    drawdownFraction: 0.01,
    marginRatio: 0,
    measured: [{ leverage: 10, trades: 24, averageReturn: -0.002 }],
    regime: 'bull',
    record: [
      { leverage: 5, regime: 'bull', trades: 31, wins: 18, winSum: 0.42, lossSum: 0.25 },
      { leverage: 5, regime: 'bear', trades: 22, wins: 8, winSum: 0.14, lossSum: 0.29 },
    ],
    edge: { winProbability: 0.62, win: 0.03, loss: 0.02, trades: 120 },
    position: null,
    market: { price: '30000', stopDistanceFraction: 0.03 },
    account: { equityUsd: '100000', budgetUsedUsd: '250' },
  },
  answer: ({ qValues, account, measured, record, regime, ...question }) =>
    manageLeverage({
      ...question,
      measured: [...measured, ...measuredIn(record, regime)],
      actionValues: LEVERAGE_ACTIONS.map((action) => qValues[action]),
      account: { ...account, marginAvailableUsd: account.marginAvailableUsd ?? account.equityUsd },
    }),
});
