/**
 * The online component in a walk: the strategy's direction, the shrunk win rate of
 * the pattern, and nothing where nothing is known.
 */
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

describe('shouldTrade', () => {
  const alone = walk([BARS], BUSY, { components: ['technical'] });
  const entriesOf = (batch: typeof alone) => batch.decisions.filter(({ inputs }) => inputs.shouldTrade !== undefined);
  const refusedBy = (batch: typeof alone) =>
    new Set(batch.decisions.flatMap(({ decision }) => decision.verdict?.reasons.map(({ rule }) => rule) ?? []));

  it('refuses every entry of a strategy that is degraded, by its own rule, and says why', () => {
    const onlineHealth = { health: 'degraded', reasons: ['5 losses in a row'] } as const;
    const batch = walk([BARS], BUSY, { components, online: {}, onlineHealth });
    expect(batch.decisions.flatMap(({ intents }) => intents)).toEqual([]);
    const [first] = entriesOf(batch);
    const reason = 'degraded: 5 losses in a row';
    expect(first?.inputs.shouldTrade).toEqual({ trade: false, adjustment: 0, reason });
    expect(first?.decision.verdict).toEqual({ approved: false, reasons: [{ rule: 'shouldTrade', message: reason }] });
    const before = alone.decisions.find(({ entry }) => entry !== null)?.decision;
    expect(first?.decision).toMatchObject({ asOfMs: before?.asOfMs, sizeFraction: before?.sizeFraction });
  });

  it('leaves a losing pattern alone and lets the strategy trade the others', () => {
    const outcomes = [...taught(true, 60), ...taught(false, 60, ['', 'long / sideways'])];
    const batch = walked(outcomes);
    for (const { decision, inputs } of entriesOf(batch)) {
      const { trade, reason } = inputs.shouldTrade as { trade: boolean; reason: string };
      expect(trade).toBe(!reason.startsWith('long / sideways'));
      if (!trade) expect(decision.verdict?.approved).toBe(false);
    }
    expect(refusedBy(batch)).toContain('shouldTrade');
    expect(refusedBy(alone)).not.toContain('shouldTrade');
  });

  it('makes an entry smaller by how much less often its pattern was won, and none larger', () => {
    const wins = (count: number, pattern: string) => taught(true, count, ['', pattern]);
    const losses = (count: number, pattern: string) => taught(false, count, ['', pattern]);
    const outcomes = [
      ...[...wins(60, 'long / sideways'), ...losses(40, 'long / sideways')],
      ...[...wins(90, 'long / bull'), ...losses(10, 'long / bull')],
    ];
    const entries = entriesOf(walked(outcomes));
    const sized = entries.map(({ decision, inputs }) => {
      const before = alone.decisions.find((one) => one.decision.asOfMs === decision.asOfMs && one.entry !== null);
      return { decision, before, advice: inputs.shouldTrade as { adjustment: number; reason: string } };
    });
    // Of 200 trades 150 were won: (150 + 5) / 210; of 100 in sideways markets 60: (60 + 10 × that) / 110.
    const own = 155 / 210;
    const sideways = (60 + 10 * own) / 110 / own;
    const [first] = sized.filter(({ advice, before }) => before !== undefined && advice.reason.includes('sideways'));
    expect(first?.advice.adjustment).toBeCloseTo(sideways, 12);
    expect(first?.decision.sizeFraction).toBeCloseTo((first?.before?.decision.sizeFraction ?? 0) * sideways, 12);
    for (const { advice } of sized) expect(advice.adjustment).toBeLessThanOrEqual(1);
    expect(sized.some(({ advice }) => advice.adjustment === 1)).toBe(true);
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
