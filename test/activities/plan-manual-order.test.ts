/** Orders by hand against what is held by hand: an exit, whatever else it asks for. */
import { describe, expect, it } from 'vitest';
import { planManualOrder } from '../../activities/order/plan-manual-order.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { costsSchema } from '../../schemas/execution.ts';
import { type ManualOrderInput, manualOrderInputSchema } from '../../schemas/order-execution.ts';
import { barsOf, flat } from '../domain/backtest/walk-fixture.ts';

const facts = {
  ...{ bars: barsOf(flat(20)), equity: toDecimal('10000'), held: toDecimal('2'), isProtected: false },
  ...{ workflowId: 'order-execution:one', sequence: 0, costs: costsSchema.parse({}) },
};
const selling = (change: Partial<ManualOrderInput>): ManualOrderInput => ({
  ...manualOrderInputSchema.parse({
    accountId: 'paper-1',
    symbol: 'BTC/USDT',
    side: 'sell',
    quantity: '1',
    reasoning: 'a',
  }),
  ...change,
});

describe('against a position of 2', () => {
  it('leaves at the market', () => {
    const { intents } = planManualOrder(selling({}), facts);
    expect(intents).toMatchObject([{ leg: 'exit', type: 'market', quantity: '1', reduceOnly: true }]);
  });

  it.each([
    { orderType: 'limit', limitPrice: '110' },
    { orderType: 'stop', triggerPrice: '90' },
  ] as const)('is refused at a price: $orderType', (change) => {
    expect(() => planManualOrder(selling(change), facts)).toThrow(/ORDER_EXIT_TYPE/);
  });

  it('opens at a price on the side that is held, and from flat', () => {
    const limit = { orderType: 'limit', limitPrice: '110' } as const;
    const flatNow = { ...facts, held: toDecimal('0') };
    expect(planManualOrder(selling(limit), flatNow).intents[0]).toMatchObject({ leg: 'entry', limitPrice: '110' });
    const short = { ...facts, held: toDecimal('-2') };
    expect(planManualOrder(selling(limit), short).intents[0]).toMatchObject({ leg: 'entry', limitPrice: '110' });
  });
});
