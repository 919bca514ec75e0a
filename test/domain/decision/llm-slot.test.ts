/**
 * The llm's word on an entry: what it can change, what it cannot, and who may propose in hybrid and aiDiscretionary.
 */
import { describe, expect, it } from 'vitest';
import { combine } from '../../../domain/decision/combine-signals.ts';
import { adviseEntry, type LlmAnswer, type LlmSlot, proposeByModel } from '../../../domain/decision/llm-slot.ts';
import type { Contribution, Side } from '../../../schemas/decision.ts';

const technical = (side: Side, confidence = 0.8): Contribution => ({
  component: 'technical',
  side,
  confidence,
  weight: 0.3,
  reasons: [],
});
const BUY = [technical(1)];
const RULES = combine(BUY);

const says = (side: Side, confidence = 0.7): LlmAnswer<string> => ({
  kind: 'vote',
  side,
  confidence,
  reasons: ['ADX 31'],
  call: 'asked',
});
const slot = (answer: LlmAnswer<string>, vetoed: Side | null = null): LlmSlot<string> => ({
  weight: 0.1,
  vetoOf: (side) => (side === vetoed ? { code: 'VETO_VOLATILITY', reasons: ['volatility is high'] } : null),
  ask: () => answer,
});
const words = { component: 'llm', side: 0, confidence: 0, weight: 0.1 };

describe('an entry that the vote proposes', () => {
  it('stays as it is when the llm agrees, with the smaller confidence', () => {
    const advised = adviseEntry(RULES, BUY, 'vote', slot(says(1)));
    expect(advised).toMatchObject({ side: 1, noDecision: null, call: 'asked', awaited: false });
    // (0.3 × 0.8 + 0.1 × 0.7) / 0.4
    expect(advised.combination.confidence).toBeCloseTo(0.775, 12);
    expect(advised.combination.agreement).toBe(1);
    expect(advised.contributions[1]).toEqual({ ...words, side: 1, confidence: 0.7, reasons: ['ADX 31'] });
  });

  it('is smaller when the llm would hold: three quarters of the weight agree', () => {
    const advised = adviseEntry(RULES, BUY, 'vote', slot(says(0)));
    expect(advised.side).toBe(1);
    expect(advised.combination.agreement).toBeCloseTo(0.75, 12);
  });

  it('is nothing when the llm’s no takes the score below 0.20', () => {
    const weak = [technical(1, 0.6)];
    // (0.3 × 0.6 − 0.1 × 1) / 0.4 = 0.20 stays; at 0.59 it is 0.1925
    expect(adviseEntry(combine(weak), weak, 'vote', slot(says(-1, 1))).side).toBe(1);
    const weaker = [technical(1, 0.59)];
    expect(adviseEntry(combine(weaker), weaker, 'vote', slot(says(-1, 1)))).toMatchObject({
      side: 0,
      noDecision: null,
    });
  });

  it('is forbidden by a veto, and then nobody is asked', () => {
    const silent: LlmSlot<string> = {
      ...slot(says(1), 1),
      ask: () => {
        throw new Error('asked');
      },
    };
    const advised = adviseEntry(RULES, BUY, 'vote', silent);
    expect(advised).toMatchObject({ side: 0, noDecision: 'VETO_VOLATILITY', call: null });
    expect(advised.contributions[1]).toEqual({ ...words, reasons: ['volatility is high'] });
  });

  it('is no decision when the model gives none', () => {
    const failed = { kind: 'noDecision', code: 'LLM_REFUSED', reasons: ['it would not say'] } as const;
    const advised = adviseEntry(RULES, BUY, 'vote', slot(failed));
    expect(advised).toMatchObject({ side: 0, noDecision: 'LLM_REFUSED', awaited: false });
    expect(advised.contributions[1]).toEqual({ ...words, reasons: ['it would not say'] });
  });

  it('waits for an answer that is on its way, without a word in the vote', () => {
    const advised = adviseEntry(RULES, BUY, 'vote', slot({ kind: 'awaited', call: 'asked' }));
    expect(advised).toMatchObject({ side: 0, awaited: true, call: 'asked', contributions: BUY });
  });
});

describe('hybrid', () => {
  it('opens nothing on one voice alone', () => {
    expect(adviseEntry(RULES, BUY, 'twoVoices', slot(says(0))).side).toBe(0);
    expect(adviseEntry(RULES, BUY, 'twoVoices', slot(says(1))).side).toBe(1);
  });

  it('needs no model that agrees where two others do', () => {
    const votes = [...BUY, { ...technical(1), component: 'evolved' as const, weight: 0.2 }];
    expect(adviseEntry(combine(votes), votes, 'twoVoices', slot(says(0))).side).toBe(1);
  });
});

describe('a model that proposes', () => {
  const silent = [technical(0, 0)];

  it('is followed where the rules are silent, in the size of those that agree', () => {
    const proposed = proposeByModel(combine(silent), silent, slot(says(-1, 0.9)));
    expect(proposed).toMatchObject({ side: -1, noDecision: null, call: 'asked' });
    expect(proposed.combination).toMatchObject({ action: 'sell', side: -1, confidence: 0.9 });
    expect(proposed.combination.agreement).toBeCloseTo(0.25, 12);
  });

  it('gets the whole size where the rules agree', () => {
    const { combination } = proposeByModel(RULES, BUY, slot(says(1, 0.9)));
    expect(combination.agreement).toBe(1);
    expect(combination.confidence).toBeCloseTo((0.3 * 0.8 + 0.1 * 0.9) / 0.4, 12);
  });

  it('is bound by the veto, by coverage, and by its own silence', () => {
    expect(proposeByModel(RULES, BUY, slot(says(1), 1))).toMatchObject({ side: 0, noDecision: 'VETO_VOLATILITY' });
    expect(proposeByModel(combine([]), [], slot(says(1)))).toMatchObject({ side: 0, noDecision: 'COVERAGE_LOW' });
    expect(proposeByModel(RULES, BUY, slot(says(0)))).toMatchObject({ side: 0, noDecision: null });
  });
});
