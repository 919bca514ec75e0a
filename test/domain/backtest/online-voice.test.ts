/** The online component in a walk: the strategy's direction, the shrunk win rate of the pattern, and nothing where nothing is known. */
import { describe, expect, it } from 'vitest';
import { carriedPatterns, learnPatterns, type TradeOutcome } from '../../../domain/learning/online/patterns.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { HOUR_MS, walk } from './walk-fixture.ts';

const BARS = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 400, seed: 3 });
const BUSY = { type: 'momentum', parameters: { lookback: 5, threshold: 0.002 } } as const;
const components = ['technical', 'online'] as const;

const taught = (won: boolean, count: number, patterns: readonly string[] = ['']): TradeOutcome[] =>
  new Array(count).fill({ patterns, won, returnFraction: won ? 0.01 : -0.01 });
const walked = (outcomes: readonly TradeOutcome[]) =>
  walk([BARS], BUSY, { components, online: learnPatterns(outcomes) });
const votesOf = (batch: ReturnType<typeof walk>) =>
  batch.decisions.flatMap(({ decision: { contributions } }) =>
    contributions.flatMap((one) =>
      one.component === 'online' ? [{ online: one, base: contributions.find((other) => other !== one) }] : [],
    ),
  );

describe('the online component', () => {
  it('votes at every decided bar with the direction of the strategy, and for nothing where that has none', () => {
    const votes = votesOf(walked(taught(true, 30)));
    expect(votes.length).toBeGreaterThan(350);
    for (const { online, base } of votes) expect(online.side).toBe(base?.side);
    const sided = votes.filter(({ online }) => online.side !== 0);
    expect(sided.length).toBeGreaterThan(20);
    // (30 + 10 × 0.5) / 40
    for (const { online } of sided) expect(online).toMatchObject({ confidence: 0.875, weight: 0.15 });
    expect(sided[0]?.online.reasons).toEqual(['all entries: 87.5 % won (shrunk) of 30']);
    for (const { online } of votes) if (online.side === 0) expect(online.confidence).toBe(0);
  });

  it('looks for the conditions of the bar: the other side has another rate', () => {
    const outcomes = [...taught(true, 40, ['', 'long / sideways']), ...taught(false, 40, ['', 'short / sideways'])];
    const reasons = votesOf(walked(outcomes)).flatMap(({ online }) => online.reasons);
    expect(reasons.some((text) => text.startsWith('long / sideways: 90.0 % won'))).toBe(true);
    expect(reasons.some((text) => text.startsWith('short / sideways: 10.0 % won'))).toBe(true);
  });

  it('lowers the confidence of a strategy that loses, so that it trades less', () => {
    const alone = walk([BARS], BUSY, { components: ['technical'] });
    const entries = (batch: typeof alone) => batch.decisions.filter(({ entry }) => entry !== null).length;
    expect(entries(walked(taught(false, 60)))).toBeLessThan(entries(alone));
  });

  it('is absent below ten trades and where the session does not listen: nothing changes', () => {
    const alone = walk([BARS], BUSY, { components: ['technical'] });
    expect(walked(taught(true, 9)).decisions).toEqual(alone.decisions);
    const online = learnPatterns(taught(true, 30));
    expect(walk([BARS], BUSY, { components: ['technical'], online }).decisions).toEqual(alone.decisions);
  });
});

describe('patterns that a session carries', () => {
  it('are at most sixty, the most traded ones, each with the wider ones that it is shrunk to', () => {
    const outcomes = Array.from({ length: 80 }, (_, n) => taught(true, 10 + (n % 7), ['', `long / r${n}`])).flat();
    const carried = carriedPatterns(learnPatterns([...outcomes, ...taught(true, 9, ['rare'])]));
    expect(Object.keys(carried)).toHaveLength(60);
    expect(Object.keys(carried)[0]).toBe('');
    expect(carried.rare).toBeUndefined();
  });
});
