/** A training of the leverage agent in parts, and how its network is judged. */
import { expect, it } from 'vitest';
import { agentMarket, stretchOf } from '../../../../domain/learning/agents/agent-market.ts';
import { judgeAgent } from '../../../../domain/learning/agents/judge-seat.ts';
import { shiftedLeverage, walkLeverage } from '../../../../domain/learning/agents/leverage-walk.ts';
import { marketNetwork } from '../../../../domain/learning/agents/market-network.ts';
import { judgeNetwork, seatOf } from '../../../../domain/learning/agents/seat-run.ts';
import { type TrainedPart, trainPart } from '../../../../domain/learning/agents/train-chunk.ts';
import type { LeverageAction } from '../../../../domain/learning/leverage/actions.ts';
import { sliceSeries } from '../../../../domain/market/bar-series.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { inputOf, openActions, world } from './leverage-ground.ts';
import { bars, market, split } from './synthetic-ground.ts';

const ground = { agentMarket: agentMarket(sliceSeries(bars, 0, split.seen)), split, barsPerYear: 8_760 };

function partOf(state: Uint8Array | null, toSteps: number, change: object = {}): TrainedPart {
  const trained = trainPart({ input: inputOf(change), seed: 7, state, toSteps, ground });
  if (trained === null) throw new Error('nobody called it off');
  return trained;
}

it('a training in parts comes to the same weights, and is judged like the spot agent’s', () => {
  const whole = partOf(null, 2_200);
  const parted = partOf(partOf(null, 2_061).state, 2_200);
  expect(parted.weightsHash).toBe(whole.weightsHash);
  const terms = ['pnl', 'riskAdjusted', 'volatilityFit', 'short', 'margin', 'liquidation', 'trading'];
  expect(Object.keys(whole.figures.rewardTerms ?? {})).toEqual(terms);
  const network = { seed: 7, steps: 2_200, weightsHash: whole.weightsHash, weights: whole.weights };
  const judged = judgeNetwork(network, inputOf(), { agentMarket: market, split });
  const { outOfSample, selection, valueSpread } = judged;
  expect(selection).toEqual(whole.figures.selection);
  expect(valueSpread).toBeGreaterThan(0);
  const names = ['buyAndHold', 'sellAndHold', 'rule', 'random'];
  expect(outOfSample.baselines.map(({ name }) => name)).toEqual(names);
  expect(outOfSample.bars).toBe((split.sealed?.to ?? 0) - (split.sealed?.from ?? 0));
  const seat = seatOf('leverage', [judged]);
  expect([seat.agent, seat.seated]).toEqual(['leverage', false]);
  expect(seat.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['seeds', 'majority', 'trades', 'timing', 'buyAndHold', 'rule']),
  );
  expect(() => marketNetwork('leverage', whole.weights.slice(4), false)).toThrow('of a leverage network');
}, 60_000);

it('its positions at other times are the same positions: at no shift the very walk', () => {
  const { uniform } = createRandom('walks');
  const range = { from: 300, to: 700 };
  const walked = walkLeverage(world, range, (state) => {
    const open = openActions(world.open(state));
    return uniform() < 0.7 ? 'hold' : (open[Math.floor(uniform() * open.length)] as LeverageAction);
  });
  expect(new Set(walked.leverages)).toEqual(new Set([0, 1, 3, 5, 10, -1, -3, -5, -10]));
  expect(new Set(walked.shares)).toContain(1);
  expect(Math.min(...walked.shares.filter((share) => share > 0))).toBeLessThan(0.6);
  const again = walkLeverage(world, range, shiftedLeverage(walked, 0));
  expect(Array.from(again.returns)).toEqual(Array.from(walked.returns));
  expect(again.tradeCount).toBe(walked.tradeCount);
  const later = walkLeverage(world, range, shiftedLeverage(walked, 50));
  expect(Array.from(later.leverages.slice(60, 400))).not.toEqual(Array.from(walked.leverages.slice(60, 400)));
  const stretch = stretchOf(market, inputOf(), range);
  const shifts: number[] = [];
  judgeAgent(stretch, walked, 1, (shift) => {
    shifts.push(shift);
    return walked.returns;
  });
  expect(shifts).toHaveLength(300);
});
