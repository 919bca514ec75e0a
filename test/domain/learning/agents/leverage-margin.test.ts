/** What the margin of the leverage agent forces, and what holding a position costs. */
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../../../domain/decimal.ts';
import { marginRatio } from '../../../../domain/engine/margin-ratio.ts';
import { marginRatioOf } from '../../../../domain/execution/margin-ratio.ts';
import { agentMarket } from '../../../../domain/learning/agents/agent-market.ts';
import { type LeverageState, leverageAccount } from '../../../../domain/learning/agents/leverage-account.ts';
import { leverageMarket, leverageWorld } from '../../../../domain/learning/agents/leverage-market.ts';
import { bestAction, walkLeverage } from '../../../../domain/learning/agents/leverage-walk.ts';
import { leveragePlan } from '../../../../domain/learning/agents/market-plan.ts';
import { beginTraining, trainStep } from '../../../../domain/learning/agents/training.ts';
import { marketSettings } from '../../../../domain/learning/agents/training-settings.ts';
import { bestOf } from '../../../../domain/learning/agents/value-targets.ts';
import { LEVERAGE_ACTIONS, type LeverageAction } from '../../../../domain/learning/leverage/actions.ts';
import { rewardOf } from '../../../../domain/learning/leverage/rewards.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { inputOf, lived, openActions, pricedAt, world } from './leverage-ground.ts';
import { bars, market } from './synthetic-ground.ts';

describe('the margin', () => {
  const plan = leveragePlan(inputOf(), 10);

  it('ratio is that of the book’s formula', () => {
    const { uniform } = createRandom('ratios');
    for (let k = 0; k < 200; k += 1) {
      const [quantity, entry] = [uniform() < 0.5 ? 2 : -2, 50 + 100 * uniform()];
      const mark = entry * (0.92 + 0.16 * uniform());
      const lane = { quantity, cost: quantity * entry, mark };
      const [book, cost] = [toDecimal(quantity), toDecimal(quantity * entry)];
      const held = { quantity: book, cost, markPrice: toDecimal(mark), leverage: 10 };
      expect(marginRatio({ plan }, lane)).toBeCloseTo(marginRatioOf(held, inputOf().costs), 10);
    }
  });

  const forcedAt = (close: number, actions: readonly LeverageAction[]) =>
    lived(pricedAt([100, 100, close, close, close]), actions).slice(1);

  it('below 0.70 leaves the choice, at 0.70 halves the position once, at 0.85 closes it', () => {
    // Bought a little above 100 at 10 with a maintenance margin of 1.05 %: 0.69, 0.78 and 0.90 of the margin.
    const [, calm] = forcedAt(91.55, ['long10x', 'hold', 'hold']);
    expect(calm?.before.state.marginRatio).toBeLessThan(0.7);
    expect([calm?.before.state.marginRatio.toFixed(1), calm?.action]).toEqual(['0.6', 'hold']);
    const [, halved, then] = forcedAt(91.35, ['long10x', 'hold', 'hold', 'hold']);
    expect(openActions(halved?.before.open ?? 0)).toEqual(['close', 'reduceHalf']);
    expect([halved?.action, then?.action]).toEqual(['reduceHalf', 'hold']);
    expect(2 * (halved?.state.lane.quantity ?? 0)).toBeCloseTo(halved?.before.state.lane.quantity ?? 1, 6);
    const [, closed] = forcedAt(91.15, ['long10x', 'hold', 'hold']);
    expect(closed?.before.state.marginRatio).toBeGreaterThan(0.85);
    expect([closed?.action, closed?.state.lane.quantity, closed?.isLiquidated]).toEqual(['close', 0, false]);
  });

  it('closes whatever the values of the actions say', () => {
    const at = pricedAt([100, 100, 91.15, 91.15, 91.15]);
    const own = leverageWorld(at, inputOf());
    const state = own.step(own.step(own.opened(300, 600), 'long10x').state, 'hold').state;
    for (const best of LEVERAGE_ACTIONS) {
      const values = LEVERAGE_ACTIONS.map((action) => (action === best ? 1e9 : 0));
      expect(openActions(own.open(state))).toEqual(['close']);
      expect(bestAction(own, () => values)(state, 0)).toBe('close');
      expect(LEVERAGE_ACTIONS[bestOf(values, own.open(state))]).toBe('close');
      expect(own.step(state, best)).toMatchObject({ action: 'close', tradesClosed: 1 });
    }
  });

  it('gone is a liquidation at the engine’s price: the end of the episode, with nothing to follow', () => {
    const low = [100, 100, 100, 80];
    const at = pricedAt([100, 100, 100, 99, 99], { low });
    const steps = lived(at, ['long10x', 'hold', 'hold']);
    const last = steps.at(-1);
    expect(last).toMatchObject({ isLiquidated: true, tradesClosed: 1, position: { marginRatio: 1, leverage: 10 } });
    expect(last?.terms).toMatchObject({ liquidation: -5, trading: -1 });
    expect(last?.terms.margin).toBeCloseTo(-3, 12);
    // The margin of a tenth is lost, and no more than it and what trading costs.
    expect(last?.state.equity).toBeGreaterThan(10_000 * (1 - 0.1 - 0.01));
    expect(last?.state.equity).toBeLessThan(10_000 * (1 - 0.09));
    const own = leverageWorld(at, inputOf());
    const environment = leverageMarket(own, { range: { from: 200, to: 700 }, episodeBars: 240, rewardScale: 0.5 });
    const step = environment.step(last?.before.state as LeverageState, 0);
    expect([step.terminated, step.truncated]).toEqual([true, false]);
    expect(step.reward).toBeCloseTo(rewardOf(last?.terms ?? {}) / 2, 10);
    const holding = { ...environment, step: (state: LeverageState) => environment.step(state, 0) };
    const training = beginTraining(holding, marketSettings(inputOf()), 'liquidated');
    training.progress.state = last?.before.state as LeverageState;
    trainStep(training);
    expect([training.progress.episodes, training.dqn.kept(1).at(-1)?.[0]]).toEqual([1, 0]);
  });
});

it('funding is paid on leverage at 00, 08 and 16 UTC, by longs to shorts', () => {
  const costs = { commissionBps: 0, halfSpreadBps: 0, slippageBps: 0, fundingRate: 0.001 };
  const still = pricedAt([]);
  const paid = (action: LeverageAction): number =>
    10_000 - (lived(still, [action, ...Array<LeverageAction>(24).fill('hold')], { costs }).at(-1)?.state.equity ?? 0);
  // Three instants in 24 bars after the entry, a thousandth of 3,000 each; nothing without leverage.
  expect(paid('long3x')).toBeCloseTo(9, 8);
  expect(paid('short3x')).toBeCloseTo(-9, 8);
  expect(paid('long1x')).toBe(0);
});

it('an account that is ruined ends', () => {
  const account = leverageAccount(market.market, inputOf());
  const state = account.opened(300, 600);
  const environment = leverageMarket(world, { range: { from: 300, to: 700 }, episodeBars: 40, rewardScale: 1 });
  expect(environment.step({ ...state, cash: 1_900, equity: 1_900 }, 0).terminated).toBe(true);
  expect(environment.step(state, 0).terminated).toBe(false);
});

it('a walk that leaves debts has lost all, and no more than all', () => {
  const price = Float64Array.from(bars.close, (_, i) => (i < 310 ? 100 : 500));
  const gap = agentMarket({ ...bars, open: price, high: price, low: price, close: price });
  const leaping = leverageWorld(gap, inputOf());
  const { returns } = walkLeverage(leaping, { from: 290, to: 330 }, () => 'short10x');
  expect(Math.min(...returns)).toBe(-1);
  expect(returns.slice(returns.indexOf(-1) + 1).every((one) => one === 0)).toBe(true);
});
