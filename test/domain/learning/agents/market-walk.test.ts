/** The walk that agents and their rivals are measured on, in a market that ruins one of them. */
import { expect, it } from 'vitest';
import { engineMarket } from '../../../../domain/engine/market.ts';
import { agentPlan } from '../../../../domain/learning/agents/market-plan.ts';
import { growth, holdingVoice, walkStretch } from '../../../../domain/learning/agents/market-walk.ts';
import { plainSharpe } from '../../../../domain/learning/honesty/sample-moments.ts';
import { seriesFromRows } from '../../../../domain/market/bar-series.ts';
import { costsSchema } from '../../../../schemas/execution.ts';

const HOUR_MS = 3_600_000;

it('ends a short that a market ruins, which would earn something of its debts', () => {
  // 1 % up and 0.6 % down in turn: about 0.2 % a bar.
  const prices = Array.from({ length: 800 }, (_, i) => 100 * 1.01 ** Math.ceil(i / 2) * 0.994 ** Math.floor(i / 2));
  const rows = prices.map((close, i) => {
    const open = prices[i - 1] ?? 100;
    const [high, low] = [Math.max(open, close), Math.min(open, close)];
    return { openTimeMs: i * HOUR_MS, open, high, low, close, volume: 1e6 };
  });
  expect((prices.at(-1) as number) / 100).toBeGreaterThan(4.5);
  const market = engineMarket(seriesFromRows('A/B', HOUR_MS, rows));
  const plan = agentPlan({ direction: 'longShort', costs: costsSchema.parse({}) });
  const walk = (side: 1 | -1) => walkStretch({ market, plan, range: { from: 0, to: rows.length } }, holdingVoice(side));
  const { returns } = walk(-1);
  const wealth = Array.from(returns, (_, k) => 1 + growth(returns.subarray(0, k + 1)));
  const ruined = wealth.findIndex((one) => one < 0.2);
  expect(ruined).toBeGreaterThan(100);
  expect(wealth[ruined]).toBeGreaterThan(0);
  expect(returns.subarray(ruined + 1).every((one) => one === 0)).toBe(true);
  expect(plainSharpe(returns)).toBeLessThan(0);
  expect(growth(walk(1).returns)).toBeGreaterThan(3);
});
