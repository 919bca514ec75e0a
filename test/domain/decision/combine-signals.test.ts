/** The vote of the components: sums by hand, thresholds, and what the llm can never do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combine } from '../../../domain/decision/combine-signals.ts';
import { COMPONENT_WEIGHTS } from '../../../domain/decision/weights.ts';
import type { ComponentName, Contribution, Side } from '../../../schemas/decision.ts';

const vote = (component: ComponentName, side: Side, confidence: number): Contribution => ({
  component,
  side,
  confidence,
  weight: COMPONENT_WEIGHTS[component],
  reasons: [],
});

describe('combining signals', () => {
  it('is the only vote itself when one component is present', () => {
    const result = combine([vote('technical', 1, 0.6)]);
    expect(result).toMatchObject({ action: 'buy', side: 1, coverage: 0.3, agreement: 1, noDecision: null });
    expect(result.score).toBeCloseTo(0.6, 12);
    expect(result.confidence).toBeCloseTo(0.6, 12);
  });

  it('weighs every vote: 0.3·0.8 + 0.25·0.6 − 0.2·0.5 + 0 = 0.29 of 0.9', () => {
    const result = combine([
      vote('technical', 1, 0.8),
      vote('agent', 1, 0.6),
      vote('evolved', -1, 0.5),
      vote('online', 0, 0.9),
    ]);
    expect(result.side).toBe(1);
    expect(result.score).toBeCloseTo(0.29 / 0.9, 12);
    expect(result.coverage).toBeCloseTo(0.9, 12);
    expect(result.agreement).toBeCloseTo(0.55 / 0.9, 12);
    expect(result.confidence).toBeCloseTo(0.39 / 0.55, 12);
  });

  it('acts from a score of 0.20 on, in both directions', () => {
    expect(combine([vote('technical', 1, 0.2)]).action).toBe('buy');
    expect(combine([vote('technical', -1, 0.2)]).action).toBe('sell');
    expect(combine([vote('technical', 1, 0.199_999)]).action).toBe('hold');
  });

  it('gives no decision below the minimum coverage, and a hold is not the same', () => {
    expect(combine([vote('agent', 1, 1)])).toMatchObject({
      action: 'hold',
      noDecision: 'COVERAGE_LOW',
      coverage: 0.25,
    });
    expect(combine([])).toMatchObject({ noDecision: 'COVERAGE_LOW', coverage: 0 });
    expect(combine([vote('agent', 1, 1)], { minimumCoverage: 0.25 }).noDecision).toBeNull();
    expect(combine([vote('technical', 0, 0)])).toMatchObject({ action: 'hold', noDecision: null });
  });

  it('does not let the llm lift the coverage over the minimum', () => {
    expect(combine([vote('agent', 1, 1), vote('llm', 1, 1)]).noDecision).toBe('COVERAGE_LOW');
    expect(combine([vote('llm', 1, 1)], { minimumCoverage: 0 }).noDecision).toBe('COVERAGE_LOW');
  });

  it('renormalises a component away that the session does not listen to', () => {
    const votes = [vote('technical', 1, 0.8), vote('agent', -1, 1)];
    const result = combine(votes, { components: ['technical', 'llm'] });
    expect(result).toMatchObject({ action: 'buy', agreement: 1, coverage: 0.3 });
    expect(result.score).toBeCloseTo(0.8, 12);
  });

  it('takes the smaller confidence and agreement when the llm agrees weakly', () => {
    const result = combine([vote('technical', 1, 0.8), vote('llm', 1, 0.4)]);
    expect(result).toMatchObject({ action: 'buy', agreement: 1, coverage: 0.4 });
    expect(result.confidence).toBeCloseTo(0.28 / 0.4, 12);
    expect(combine([vote('technical', 1, 0.8), vote('llm', 1, 1)]).confidence).toBeCloseTo(0.8, 12);
  });

  it('has a score that the contributions sum to, also where the llm is surer than the others', () => {
    const votes = [vote('technical', 1, 0.5), vote('evolved', -1, 0.25), vote('llm', 1, 1)];
    const result = combine(votes);
    // (0.3 × 0.5 − 0.2 × 0.25 + 0.1 × 1) / 0.6
    expect(result.score).toBeCloseTo(0.2 / 0.6, 12);
    const sum = votes.reduce((total, { weight, side, confidence }) => total + weight * side * confidence, 0);
    expect(result.score * result.coverage).toBeCloseTo(sum, 12);
  });

  it('lets the llm turn a buy into a hold, and never a hold into a buy', () => {
    const weakBuy = vote('technical', 1, 0.5);
    expect(combine([weakBuy]).action).toBe('buy');
    expect(combine([weakBuy, vote('llm', -1, 1)]).action).toBe('hold');
    const almost = vote('technical', 1, 0.19);
    expect(combine([almost, vote('llm', 1, 1)]).action).toBe('hold');
  });

  it('holds on a confidence that is no number', () => {
    expect(combine([vote('technical', 1, Number.NaN)]).action).toBe('hold');
  });

  const others = fc.uniqueArray(
    fc.record({
      component: fc.constantFrom<ComponentName>('technical', 'agent', 'evolved', 'online'),
      side: fc.constantFrom<Side>(-1, 0, 1),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { selector: (one) => one.component },
  );
  const model = fc.record({
    side: fc.constantFrom<Side>(-1, 0, 1),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const asVotes = (list: { component: ComponentName; side: Side; confidence: number }[]) =>
    list.map((one) => vote(one.component, one.side, one.confidence));

  it('is never bolder with the llm than without it', () => {
    fc.assert(
      fc.property(others, model, (list, llm) => {
        const without = combine(asVotes(list));
        const together = combine([...asVotes(list), vote('llm', llm.side, llm.confidence)]);
        expect([0, without.side]).toContain(together.side);
        expect(together.confidence).toBeLessThanOrEqual(without.confidence);
        expect(together.agreement).toBeLessThanOrEqual(without.agreement);
        expect(together.noDecision).toBe(without.noDecision);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on who answered first, and mirrors with its votes', () => {
    fc.assert(
      fc.property(others, model, (list, llm) => {
        const votes = [...asVotes(list), vote('llm', llm.side, llm.confidence)];
        const result = combine(votes);
        expect(combine(votes.toReversed())).toEqual(result);
        const mirrored = combine(votes.map((one) => ({ ...one, side: (0 - one.side) as Side })));
        expect([mirrored.side, mirrored.confidence, mirrored.agreement]).toEqual([
          0 - result.side,
          result.confidence,
          result.agreement,
        ]);
      }),
      { numRuns: 1_000 },
    );
  });
});
