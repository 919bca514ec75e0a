/** Who may begin what: authority, the policy's verdict with the rule that decided, and a person's word on one order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AiOrder, judgeAiOrder } from '../../../activities/order/judge-ai-order.ts';
import { answerApproval, approvalAt, askApproval } from '../../../domain/llm/approval.ts';
import { AUTHORITIES, authorityFor, reaches } from '../../../domain/llm/authority.ts';
import { GOVERNED_DEFAULTS, judgeProposal, type ModelProposal, type PolicyTerms } from '../../../domain/llm/policy.ts';
import type { OrderIntent } from '../../../schemas/execution.ts';
import type { ManualOrderInput } from '../../../schemas/order-execution.ts';

const TERMS: PolicyTerms = { symbolsOffered: ['BTC/USDT'], approval: null, governed: GOVERNED_DEFAULTS };
const LIVE: ModelProposal = {
  symbol: 'BTC/USDT',
  proposedBy: 'model',
  asked: 'propose',
  tradingMode: 'live',
  strategyType: 'aiDiscretionary',
  reduceOnly: false,
  sizeFraction: 0.04,
  leverage: 1,
  tradesBefore: 3,
};
const verdict = (change: Partial<ModelProposal>, terms: Partial<PolicyTerms> = {}): string => {
  const { verdict: said, rule } = judgeProposal({ ...LIVE, ...change }, { ...TERMS, ...terms });
  return `${said} ${rule}`;
};

describe('authority', () => {
  it('is the lowest of what is asked, what the mode and what the strategy allow', () => {
    const asked = 'executeWithinMandate';
    expect(authorityFor({ asked, tradingMode: 'paper', strategyType: 'aiDiscretionary' })).toBe(asked);
    expect(authorityFor({ asked, tradingMode: 'live', strategyType: 'aiDiscretionary' })).toBe('propose');
    expect(authorityFor({ asked, tradingMode: 'analysis', strategyType: 'aiDiscretionary' })).toBe('advise');
    expect(authorityFor({ asked, tradingMode: 'paper', strategyType: 'momentum' })).toBe('advise');
    expect(authorityFor({ asked, tradingMode: 'paper', strategyType: 'hybrid' })).toBe('advise');
    expect(authorityFor({ asked: 'propose', tradingMode: 'backtest', strategyType: null })).toBe('propose');
    expect(AUTHORITIES.map((one) => reaches(one, 'propose'))).toEqual([false, true, true]);
  });
});

describe('the policy', () => {
  it.each([
    ['a small further trade with real money', {}, 'allow noObjection'],
    ['the first trade of a strategy', { tradesBefore: 0 }, 'review firstTrade'],
    ['a size above 5 %', { sizeFraction: 0.0501 }, 'review sizeAboveReview'],
    ['a size of 5 %', { sizeFraction: 0.05 }, 'allow noObjection'],
    ['leverage above 3', { leverage: 4 }, 'review leverageAboveReview'],
    ['leverage of 3', { leverage: 3 }, 'allow noObjection'],
    [
      'the same in paper mode',
      { tradingMode: 'paper', leverage: 4, sizeFraction: 0.09, tradesBefore: 0 },
      'allow noObjection',
    ],
    ['analysis mode, even to reduce', { tradingMode: 'analysis', reduceOnly: true }, 'deny analysisMode'],
    ['a symbol that was not offered', { symbol: 'AAPLX' }, 'deny symbolNotOffered'],
    ['a model that only advises', { asked: 'advise' }, 'deny authority'],
    ['a strategy that the model only votes in', { strategyType: 'momentum' }, 'deny authority'],
    ['a vote in which it is one voice', { strategyType: 'momentum', proposedBy: 'vote' }, 'allow noObjection'],
    ['a vote that begins with real money', { proposedBy: 'vote', tradesBefore: 0 }, 'review firstTrade'],
    [
      'what nobody can be asked about',
      { tradingMode: 'backtest', asked: 'executeWithinMandate', leverage: 2 },
      'deny beyondMandate',
    ],
    ['a position that is reduced', { reduceOnly: true, asked: 'advise', sizeFraction: 0.5 }, 'allow reducing'],
    ['no number for a size', { sizeFraction: Number.NaN }, 'deny numbersUnknown'],
    ['no number for the leverage', { leverage: Number.NaN }, 'deny numbersUnknown'],
    [
      'beyond its mandate',
      { tradingMode: 'paper', asked: 'executeWithinMandate', sizeFraction: 0.2 },
      'review beyondMandate',
    ],
    [
      'leverage beyond its mandate',
      { tradingMode: 'paper', asked: 'executeWithinMandate', leverage: 2 },
      'review beyondMandate',
    ],
  ] as const)('%s', (_what, change, expected) => {
    expect(verdict(change)).toBe(expected);
  });

  it('asks a person for every entry where the strategy wants it, and none for a denial', () => {
    expect(verdict({}, { approval: 'always' })).toBe('review approvalAlways');
    expect(verdict({ symbol: 'X' }, { approval: 'always' })).toBe('deny symbolNotOffered');
  });

  it('asks by rule in paper mode too where the strategy wants it, and not at all where a person has said so', () => {
    expect(verdict({ tradingMode: 'paper', tradesBefore: 0 }, { approval: 'byRule' })).toBe('review firstTrade');
    expect(verdict({ tradesBefore: 0, leverage: 4 }, { approval: 'off' })).toBe('allow noObjection');
  });

  it('goes no further than the governance of the desk, and never further than the mode', () => {
    const governed = {
      ...GOVERNED_DEFAULTS,
      authorityMax: { ...GOVERNED_DEFAULTS.authorityMax, paper: 'advise' },
    } as const;
    expect(verdict({ tradingMode: 'paper' }, { governed })).toBe('deny authority');
    const loose = { ...GOVERNED_DEFAULTS.authorityMax, live: 'executeWithinMandate' } as const;
    expect(authorityFor({ ...LIVE, asked: 'executeWithinMandate', authorityMax: loose })).toBe('propose');
  });

  it('never loosens when size or leverage grow', () => {
    const order = ['allow', 'review', 'deny'];
    const proposal = fc.record({
      symbol: fc.constantFrom('BTC/USDT', 'X'),
      proposedBy: fc.constantFrom('model' as const, 'vote' as const),
      asked: fc.constantFrom(...AUTHORITIES),
      tradingMode: fc.constantFrom('paper' as const, 'live' as const, 'backtest' as const, 'analysis' as const),
      strategyType: fc.constantFrom('aiDiscretionary', 'momentum', null),
      reduceOnly: fc.boolean(),
      sizeFraction: fc.double({ min: 0, max: 1, noNaN: true }),
      leverage: fc.integer({ min: 1, max: 10 }),
      tradesBefore: fc.nat(3),
    });
    fc.assert(
      fc.property(proposal, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(5), (one, more, times) => {
        const [before, after] = [
          one,
          { ...one, sizeFraction: one.sizeFraction + more, leverage: one.leverage + times },
        ].map((each) => order.indexOf(judgeProposal(each, TERMS).verdict));
        expect(after).toBeGreaterThanOrEqual(before ?? 0);
      }),
      { numRuns: 5_000, seed: 7 },
    );
  });
});

describe('an approval', () => {
  const asked = askApproval('d-1', 'hash-1', 1_000, 500);
  const answer = { decisionId: 'd-1', orderHash: 'hash-1', approve: true, by: 'anna' };

  it('is given for exactly one order, in time', () => {
    expect(answerApproval(asked, answer, 1_499)).toEqual({
      approval: { ...asked, state: 'approved', by: 'anna' },
      problem: null,
    });
    expect(answerApproval(asked, { ...answer, orderHash: 'hash-2' }, 1_100)).toMatchObject({
      approval: asked,
      problem: { code: 'APPROVAL_MISMATCH', path: 'orderHash' },
    });
    expect(answerApproval(asked, { ...answer, decisionId: 'd-2' }, 1_100)).toMatchObject({
      problem: { path: 'decisionId' },
    });
  });

  it('that nobody gave is a denial from its expiry on, whatever comes later', () => {
    expect(approvalAt(asked, 1_499).state).toBe('pending');
    expect(approvalAt(asked, 1_500)).toMatchObject({ state: 'denied', by: 'expiry' });
    expect(answerApproval(asked, answer, 1_500)).toMatchObject({
      approval: { state: 'denied' },
      problem: { code: 'APPROVAL_EXPIRED' },
    });
    expect(approvalAt(asked, Number.NaN).state).toBe('denied');
    expect(() => askApproval('d-1', 'h', 0, 0)).toThrow(RangeError);
  });

  it('is not turned round afterwards, and the same answer twice is one', () => {
    const { approval } = answerApproval(asked, { ...answer, approve: false }, 1_100);
    expect(answerApproval(approval, { ...answer, approve: false }, 9_999)).toEqual({ approval, problem: null });
    expect(answerApproval(approval, answer, 1_200)).toMatchObject({ approval, problem: { code: 'APPROVAL_ANSWERED' } });
    expect(approvalAt(answerApproval(asked, answer, 1_100).approval, 9_999).state).toBe('approved');
  });
});

describe('an order that a model starts by itself', () => {
  const first = { symbol: 'BTC/USDT', reduceOnly: false, leverage: 1 } as OrderIntent;
  const input = { origin: 'ai', symbol: 'BTC/USDT' } as ManualOrderInput;
  const order = { input, first, tradingMode: 'live', sizeFraction: 0.02, tradesBefore: 1 } as const;
  const judged = (change: Partial<AiOrder>) => judgeAiOrder({ ...order, ...change }, GOVERNED_DEFAULTS)?.rule ?? null;

  it('is refused where a person would be asked, and leaves orders of people alone', () => {
    expect(judged({})).toBeNull();
    expect(judged({ tradesBefore: 0 })).toBe('policy:firstTrade');
    expect(judged({ sizeFraction: 0.06 })).toBe('policy:sizeAboveReview');
    expect(judged({ sizeFraction: 0.06, tradingMode: 'paper' })).toBeNull();
    expect(judged({ sizeFraction: 0.06, first: { ...first, reduceOnly: true } })).toBeNull();
    expect(judged({ sizeFraction: 0.06, input: { ...input, origin: 'manual' } })).toBeNull();
  });
});
