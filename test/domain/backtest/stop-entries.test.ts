/** An entry that waits for a price beyond the market is judged at that price: it is what it will cost. */
import { expect, it } from 'vitest';
import { entryView } from '../../../domain/backtest/account-view.ts';
import { gateInputOf, stopDistanceIn } from '../../../domain/backtest/gate-input-of.ts';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { gate } from '../../../domain/risk/gate.ts';
import { order, stopLeg } from '../execution/support.ts';
import { aContext, barsOf, flat, START_MS } from './walk-fixture.ts';

/** At a close of 100; a position may take 8 % of 10,000 USD. */
const triggered = (stopPrice: string, quantity: string) =>
  order({ accountId: 'sim:walk', type: 'stop', stopPrice, quantity, referencePrice: '100' });
const context = aContext([barsOf(flat(20))], { type: 'buyAndHold' });
const facts = {
  ...{ confidence: 1, hasStop: true, barOpenTimeMs: START_MS, nowMs: START_MS, lastPrice: toDecimal('100') },
  ...{ correlationGroup: [], origin: 'session' as const },
};
const rulesAgainst = (stopPrice: string, quantity: string): string[] => {
  const state = openWalk('sim:walk', '10000', START_MS);
  return gate(gateInputOf(state, triggered(stopPrice, quantity), facts, context)).reasons.map((one) => one.rule);
};

it('counts against the limits at its trigger', () => {
  expect(rulesAgainst('104', '7.6')).toEqual([]);
  expect(rulesAgainst('104', '7.8')).toEqual(['positionSize']);
  expect(entryView(triggered('104', '7.6')).markPrice.toNumber()).toBe(104);
});

it('is refused where its trigger is far from the market', () => {
  expect(rulesAgainst('1050', '0.1')).toEqual(['priceCollar']);
});

it('lies as far from its stop as its trigger does', () => {
  expect(stopDistanceIn([triggered('104', '1'), stopLeg('98')])?.toNumber()).toBe(6);
});
