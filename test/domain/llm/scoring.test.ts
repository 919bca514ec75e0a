/** Scores, arms, prompts and budgets as pure arithmetic: numbers that a reader can check by hand. */
import { describe, expect, it } from 'vitest';
import { promptTokensMax, scopesOf } from '../../../domain/llm/budget.ts';
import { DEMOTED_MS, demotionReason, isRestored } from '../../../domain/llm/demotion.ts';
import { promptArm } from '../../../domain/llm/prompt-arm.ts';
import { renderPrompt } from '../../../domain/llm/render-prompt.ts';
import { scoreOf } from '../../../domain/llm/scoring.ts';
import { budgetLimitsSchema } from '../../../schemas/llm/budget.ts';
import type { PromptDefinition } from '../../../schemas/llm/prompt.ts';

describe('a score', () => {
  it('is the mean of squared misses, and money against what it cost', () => {
    const score = scoreOf([
      { confidence: 0.8, correct: true, pnlNet: '3', costMicroUsd: 500_000 },
      { confidence: 0.6, correct: false, pnlNet: '-1', costMicroUsd: 250_000 },
      { confidence: 0.5, correct: true, pnlNet: null, costMicroUsd: 250_000 },
    ]);
    expect(score).toEqual({
      answers: 3,
      accuracy: 2 / 3,
      // (0.04 + 0.36 + 0.25) / 3
      brier: expect.closeTo(0.216667, 6),
      trades: 2,
      winRate: 0.5,
      pnlNet: '2',
      costMicroUsd: 1_000_000,
      // (2 USD − 1 USD) / 1 USD
      returnOnCost: 1,
      costPerProfitableTradeMicroUsd: 1_000_000,
    });
  });

  it('of nothing says nothing', () => {
    expect(scoreOf([])).toMatchObject({ accuracy: null, brier: null, winRate: null, returnOnCost: null });
  });
});

describe('demotion', () => {
  it('needs thirty answers, and one of the two limits broken', () => {
    expect(demotionReason({ answers: 29, brier: 0.9, accuracy: 0 })).toBeNull();
    expect(demotionReason({ answers: 30, brier: 0.3, accuracy: 0.45 })).toBeNull();
    expect(demotionReason({ answers: 30, brier: 0.301, accuracy: 0.9 })).toContain('Brier');
    expect(demotionReason({ answers: 30, brier: 0.2, accuracy: 0.44 })).toContain('accuracy');
  });

  it('ends when the day is over and thirty shadow answers are within limits', () => {
    const good = { answers: 30, brier: 0.2, accuracy: 0.6 };
    expect(isRestored(good, DEMOTED_MS, DEMOTED_MS - 1)).toBe(false);
    expect(isRestored({ ...good, answers: 29 }, DEMOTED_MS, DEMOTED_MS)).toBe(false);
    expect(isRestored({ ...good, accuracy: 0.4 }, DEMOTED_MS, DEMOTED_MS)).toBe(false);
    expect(isRestored(good, DEMOTED_MS, DEMOTED_MS)).toBe(true);
  });
});

describe('the arms of an experiment', () => {
  const even = [
    { version: 1, share: 1 },
    { version: 2, share: 1 },
  ];
  const sessions = Array.from({ length: 2_000 }, (_, n) => `session-${n}`);

  it.each(['advisor', 'master-analyst', 'contrarian'])(
    'split 2,000 sessions of %s in halves, and keep them',
    (prompt) => {
      const versions = sessions.map((id) => promptArm(prompt, id, even));
      const share = versions.filter((version) => version === 1).length / sessions.length;
      expect(share).toBeGreaterThan(0.45);
      expect(share).toBeLessThan(0.55);
      expect(sessions.map((id) => promptArm(prompt, id, even))).toEqual(versions);
    },
  );

  it('follow their shares', () => {
    const arms = [
      { version: 3, share: 9 },
      { version: 4, share: 1 },
    ];
    const few = sessions.filter((id) => promptArm('advisor', id, arms) === 4).length;
    expect(few).toBeGreaterThan(140);
    expect(few).toBeLessThan(260);
  });
});

const prompt = (change: Partial<PromptDefinition>): PromptDefinition => ({
  id: 'p',
  version: 1,
  preference: null,
  maxTokens: 100,
  temperature: null,
  instructions: 'Look.',
  message: 'Of {{symbol}}:\n\n{{facts}}',
  ...change,
});
const contract = { name: 'advice', version: 1 };

describe('a rendered prompt', () => {
  it('has its variables in one pass: what a variable brings along is no placeholder', () => {
    const variables = { symbol: '{{secret}}', secret: 'S', rsi: 61.25 };
    const rendered = renderPrompt({
      desk: prompt({ instructions: 'Rules.' }),
      prompt: prompt({}),
      contract,
      variables,
      quotes: ['<untrusted>x</untrusted>'],
    });
    expect(rendered.message).toBe(
      'Of {{secret}}:\n\n{"rsi":61.25,"secret":"S","symbol":"{{secret}}"}\n\n<untrusted>x</untrusted>',
    );
    expect(rendered.system.startsWith('Rules.\n\nLook.\n\nAnswer with one JSON object')).toBe(true);
  });

  it('names every variable that is missing, at once', () => {
    const asked = prompt({ message: '{{one}} {{two}} {{one}}' });
    const render = () => renderPrompt({ desk: asked, prompt: asked, contract, variables: {}, quotes: [] });
    expect(render).toThrow(/variables\.one[\s\S]*variables\.two/);
  });
});

describe('a reservation', () => {
  it('is charged in the UTC day and month of the call, and where there is a session or a decision', () => {
    const limits = budgetLimitsSchema.parse({});
    const at = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
    const keys = (sessionId: string | null, nowMs: number) =>
      scopesOf({ askKey: 'a', sessionId, decisionId: null }, limits, nowMs).map(({ scope, key }) => `${scope} ${key}`);
    expect(keys(null, at)).toEqual(['call a', 'day 2026-11-30', 'month 2026-11']);
    expect(keys('s', at + 1)).toEqual(['call a', 'session s', 'day 2026-12-01', 'month 2026-12']);
  });

  it('counts at least a token a byte of what is read', () => {
    const request = {
      model: 'm',
      system: '',
      messages: [{ role: 'user' as const, text: '€'.repeat(1_000) }],
      tools: [],
      answer: null,
      maxTokens: 1,
      temperature: null,
      idleTimeoutMs: 1,
      totalTimeoutMs: 1,
    };
    expect(promptTokensMax(request)).toBeGreaterThan(3_000);
  });
});
