import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toDecimal } from '../../../domain/decimal.ts';
import { feeOf, priceAgainst, volumeCapOf } from '../../../domain/execution/fill-model.ts';
import { bookWith, brief, costs, flatBar, goldenReference, order, walk } from './support.ts';

const caseSchema = z.object({
  close: z.number(),
  volume: z.number(),
  basis_points: z.number(),
  volume_limit: z.number(),
  order: z.number(),
  fill_price: z.number(),
  fill_qty: z.number(),
});
const goldenSchema = z.object({
  fixed_basis_points: z.object({
    cases: z.array(caseSchema),
    shared_cap: z.array(
      z.object({
        orders: z.array(z.number()),
        fills: z.array(z.number()),
        bar_volume: z.number().optional(),
        volume_limit: z.number().optional(),
      }),
    ),
  }),
  commission_per_dollar: z.array(z.object({ cost: z.number(), fills: z.array(z.number()), each: z.array(z.number()) })),
});
const raw = goldenReference('backtest_costs_zipline.json');
const golden = raw === null ? null : goldenSchema.parse(raw);

const sized = (signed: number, name: string) =>
  order({ decisionId: name, strategyId: name, side: signed > 0 ? 'buy' : 'sell', quantity: String(Math.abs(signed)) });
const signedFills = (step: ReturnType<typeof walk>): number[] =>
  step.fills.map((one) => Number(one.quantity) * (one.side === 'buy' ? 1 : -1));

describe.skipIf(golden === null)('published cost cases', () => {
  it('give the price and the quantity of every fixed basis point case', () => {
    for (const one of golden?.fixed_basis_points.cases ?? []) {
      const model = costs({ slippageBps: one.basis_points, volumeFractionMax: one.volume_limit });
      const step = walk(bookWith(sized(one.order, 'd-1')), [flatBar(0, one.close, one.volume)], model);
      expect(signedFills(step)).toEqual([one.fill_qty]);
      expect(Number(step.fills[0]?.price)).toBe(one.fill_price);
    }
  });

  it('share the cap of a bar among its orders', () => {
    for (const one of golden?.fixed_basis_points.shared_cap ?? []) {
      const model = costs({ volumeFractionMax: one.volume_limit ?? 0.1 });
      const orders = one.orders.map((signed, index) => sized(signed, `d-${index}`));
      const step = walk(bookWith(...orders), [flatBar(0, 3, one.bar_volume ?? 200)], model);
      expect(signedFills(step)).toEqual(one.fills);
    }
  });

  it('charge commission on the value of each fill', () => {
    for (const one of golden?.commission_per_dollar ?? []) {
      const model = costs({ commissionBps: one.cost * 10_000 });
      const fees = one.fills.map((quantity, index) => feeOf(toDecimal(quantity * (100 + index)), model).toNumber());
      expect(fees).toEqual(one.each);
    }
  });
});

describe('costs', () => {
  it('go against the taker on both sides', () => {
    expect(priceAgainst('buy', toDecimal('50000'), toDecimal(3)).toString()).toBe('50015');
    expect(priceAgainst('sell', toDecimal('50000'), toDecimal(3)).toString()).toBe('49985');
  });

  it('take half-spread and slippage together, of a price like 0.00000712 too', () => {
    const step = walk(
      bookWith(order({ quantity: '1000' })),
      [flatBar(0, 0.00000712)],
      costs({ halfSpreadBps: 1, slippageBps: 2 }),
    );
    expect(brief(step)).toEqual([['buy', '1000', '0.000007122136']]);
  });

  it('add fractions of a basis point exactly', () => {
    const step = walk(bookWith(order()), [flatBar(0, 100)], costs({ halfSpreadBps: 0.1, slippageBps: 0.2 }));
    expect(brief(step)).toEqual([['buy', '1', '100.003']]);
  });

  it('cap the volume at the default 2.5 %, rounded down to the step', () => {
    expect(volumeCapOf(flatBar(0, 1, 1234.5678), costs({ volumeFractionMax: 0.025 })).toString()).toBe('30.864195');
    expect(
      volumeCapOf(flatBar(0, 1, 1234.5678), costs({ volumeFractionMax: 0.025, quantityStep: '1' })).toString(),
    ).toBe('30');
  });
});
