/** Several models, one answer: quorum, ties, weights, and no order of arrival. Rows 51 and 52. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterContrarian, afterDebate, consensus, type ModelVote } from '../../../domain/llm/consensus.ts';

const vote = (model: string, action: ModelVote['action'], confidence = 0.7, accuracy = 0.6): ModelVote => ({
  model,
  action,
  confidence,
  accuracy,
});

describe('a consensus', () => {
  it('row 51: of three with one usable answer is no decision, and says 1 of 3', () => {
    const votes = [vote('a', 'buy'), vote('b', null), vote('c', 'sell', Number.NaN)];
    expect(consensus(votes)).toMatchObject({
      noDecision: 'CONSENSUS_QUORUM',
      detail: 'CONSENSUS_QUORUM 1 of 3',
      action: 'hold',
      sizeFactor: 0,
    });
  });

  it('row 52: of buy against sell is a hold with reason TIE, no error', () => {
    expect(consensus([vote('a', 'buy'), vote('b', 'sell')])).toMatchObject({
      action: 'hold',
      reason: 'TIE',
      noDecision: null,
      sizeFactor: 0,
    });
  });

  it('weighs confidence by measured accuracy: one good model outweighs two poor ones', () => {
    const votes = [vote('good', 'buy', 0.9, 0.9), vote('p', 'sell', 0.6, 0.5), vote('q', 'sell', 0.6, 0.5)];
    const result = consensus(votes);
    expect(result).toMatchObject({ action: 'buy', reason: null, dissent: [{ model: 'p' }, { model: 'q' }] });
    expect(result.agreement).toBeCloseTo(0.81 / 1.41, 12);
    expect(result.confidence).toBeCloseTo((0.9 * 0.81) / 1.41, 12);
    expect(result.sizeFactor).toBe(result.agreement);
  });

  it('a model that was taken out counts neither as a vote nor for the quorum', () => {
    expect(consensus([vote('a', 'buy'), vote('b', 'sell', 1, 0)]).noDecision).toBe('CONSENSUS_QUORUM');
  });

  const action = fc.constantFrom('buy' as const, 'sell' as const, 'hold' as const, null);
  const votes = fc.array(
    fc.record({
      model: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      action,
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      accuracy: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 7 },
  );
  const RUNS = { numRuns: 5_000, seed: 7 };

  it('does not depend on the order, to the last bit', () => {
    const shuffled = votes.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(consensus(other)).toEqual(consensus(one));
      }),
      RUNS,
    );
  });

  it('stays in its bounds, and one more vote like the answer never flips it', () => {
    fc.assert(
      fc.property(votes, (all) => {
        const result = consensus(all);
        for (const part of [result.confidence, result.agreement, result.sizeFactor]) {
          expect(part).toBeGreaterThanOrEqual(0);
          expect(part).toBeLessThanOrEqual(1);
        }
        if (result.noDecision === null && result.reason === null) {
          expect(consensus([...all, vote('z', result.action, 0.8, 0.8)]).action).toBe(result.action);
        }
        const turned = all.map((one) => ({
          ...one,
          action: one.action === 'buy' ? ('sell' as const) : one.action === 'sell' ? ('buy' as const) : one.action,
        }));
        expect(consensus(turned).confidence).toBeCloseTo(result.confidence, 12);
      }),
      RUNS,
    );
  });

  it('after a contrarian is never surer, never larger, and never on the other side', () => {
    fc.assert(
      fc.property(votes, action, fc.double({ min: -1, max: 2 }), (all, against, confidence) => {
        const standing = consensus(all);
        const after = afterContrarian(standing, { action: against, confidence });
        expect([standing.action, 'hold']).toContain(after.action);
        expect(after.confidence).toBeLessThanOrEqual(standing.confidence);
        expect(after.sizeFactor).toBeLessThanOrEqual(standing.sizeFactor);
      }),
      RUNS,
    );
  });
});

it('a contrarian that is surer turns a side into a hold; one that agrees changes nothing', () => {
  const standing = { action: 'buy', confidence: 0.7, sizeFactor: 1 } as const;
  expect(afterContrarian(standing, { action: 'sell', confidence: 0.7 })).toMatchObject({
    action: 'hold',
    sizeFactor: 0,
  });
  const doubted = afterContrarian(standing, { action: 'sell', confidence: 0.4 });
  expect(doubted).toMatchObject({ action: 'buy', sizeFactor: 0.6 });
  expect(doubted.confidence).toBeCloseTo(0.5, 12);
  expect(afterContrarian(standing, { action: 'buy', confidence: 1 })).toEqual(standing);
  expect(afterContrarian(standing, { action: null, confidence: 1 })).toEqual(standing);
});

it('in a debate a model may change its mind, silence keeps the first answer, and nobody joins', () => {
  const before = [vote('a', 'buy'), vote('b', 'sell')];
  const after = [vote('b', 'buy', 0.5, 0.1), vote('a', null), vote('c', 'sell')];
  expect(afterDebate(before, after)).toEqual([vote('a', 'buy'), vote('b', 'buy', 0.5)]);
});
