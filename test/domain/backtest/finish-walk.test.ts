/** The end of a session beside what an earlier session of the same strategy has left in another symbol. */
import { expect, it } from 'vitest';
import { finishWalk, flattenWalk } from '../../../domain/backtest/finish-walk.ts';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { flatPosition } from '../../../domain/execution/position.ts';
import { order, stopLeg } from '../execution/support.ts';
import { aContext, barsOf, CASH, flat, START_MS } from './walk-fixture.ts';

const HERE = { accountId: 'sim:walk', strategyId: 'buyAndHold', state: 'ACKED' } as const;
const held = (symbol: string) => ({
  ...flatPosition('buyAndHold', symbol),
  ...{ quantity: toDecimal('1'), cost: toDecimal('100'), markPrice: toDecimal('100') },
});
/** 1 BTC of this session, 1 ETH of the one before, a stop on each. */
function leftBeside() {
  const start = openWalk('sim:walk', CASH, START_MS);
  const stops = ['BTC/USDT', 'ETH/USDT'].map((symbol) =>
    stopLeg('95', { ...HERE, symbol, decisionId: symbol, clientOrderId: `${symbol}-stop` }),
  );
  const entry = order({ ...HERE, decisionId: 'late', clientOrderId: 'late-entry', type: 'limit', limitPrice: '90' });
  const book = { ...start.book, positions: [held('BTC/USDT'), held('ETH/USDT')], orders: [...stops, entry] };
  return { ...start, book };
}
const context = aContext([barsOf(flat(20))], { type: 'buyAndHold' });
const endsOf = (keepsLegs: boolean): string[] =>
  [...finishWalk(leftBeside(), 20, context, keepsLegs).orders.values()].map(
    (one) => `${one.clientOrderId} ${one.state}`,
  );

it('closes what its own symbols hold, and leaves the other to its stop', () => {
  const { decisions } = flattenWalk(leftBeside(), 20, context, true);
  expect(decisions.map(({ decision, intents }) => [decision.symbol, intents.length])).toEqual([['BTC/USDT', 1]]);
});

it('ends the orders of its own symbols only', () => {
  expect(endsOf(false)).toEqual(['BTC/USDT-stop CANCELED', 'late-entry EXPIRED']);
  expect(endsOf(true)).toEqual(['late-entry EXPIRED']);
});
