/** `calc liquidation`: at which price a leveraged position is liquidated, by the formula a venue publishes. */
import { z } from 'zod';
import { quoteLiquidation } from '../../../domain/execution/liquidation-quote.ts';
import { decimalSchema } from '../../../schemas/decimal.ts';
import { positiveDecimalSchema } from './bars-input.ts';
import { calculation } from './calculation.ts';

const fractionSchema = decimalSchema.refine((text) => !(Number(text) < 0 || Number(text) >= 1), {
  error: 'a fraction from 0, below 1',
});

export const liquidation = calculation({
  name: 'liquidation',
  about: 'liquidation and bankruptcy price of a position at binance, bybit or gateOkx',
  schema: z.strictObject({
    venue: z.enum(['binance', 'bybit', 'gateOkx']).default('gateOkx'),
    side: z.enum(['long', 'short']),
    quantity: positiveDecimalSchema,
    entryPrice: positiveDecimalSchema,
    leverage: z.number().min(1).max(200),
    maintenanceMarginFraction: fractionSchema,
    /** Binance: the tier's maintenance amount; Bybit: its deduction. */
    maintenanceAmount: decimalSchema.optional(),
    /** Gate and OKX only. */
    takerFeeFraction: fractionSchema.optional(),
    /** Binance cross: of all other positions; `margin` is then the wallet. */
    otherMaintenanceMargin: decimalSchema.optional(),
    otherUnrealizedPnl: decimalSchema.optional(),
    /** Absent: quantity × entry price / leverage. */
    margin: positiveDecimalSchema.optional(),
  }),
  example: {
    venue: 'gateOkx',
    side: 'long',
    quantity: '1',
    entryPrice: '10',
    leverage: 5,
    maintenanceMarginFraction: '0.01',
    takerFeeFraction: '0.0006',
  },
  answer: quoteLiquidation,
});
