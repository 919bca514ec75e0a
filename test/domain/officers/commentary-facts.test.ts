import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../../domain/llm/parse-answer.ts';
import { rulesAnswer } from '../../../domain/llm/rules-advisor.ts';
import { commentaryFacts } from '../../../domain/officers/commentary/commentary-facts.ts';

const SWITCH = {
  oldMode: 'growth',
  newMode: 'defensive',
  reason: 'daily drawdown 4.12 % from 4.00 %; score 71 from 70',
};
const ALERT = { level: 'critical', alerts: ['risk score 91.2 from 85'], accountId: 'paper-2', trigger: 'clock' };

describe('what there is to say', () => {
  it('of a switch of the mode: from where to where, each reason, and the numbers in them', () => {
    expect(commentaryFacts('ceo_mode_switch', SWITCH)).toEqual({
      event: 'ceo_mode_switch',
      sentence: 'the operating mode went from growth to defensive',
      reasons: ['daily drawdown 4.12 % from 4.00 %', 'score 71 from 70'],
      figures: [4.12 / 100, 4 / 100, 71, 70],
    });
  });

  it('of a risk alert: how grave, on which account, why', () => {
    const facts = commentaryFacts('risk_alert', ALERT);
    expect(facts).toMatchObject({ sentence: 'risk alert, critical, account paper-2', reasons: ALERT.alerts });
    expect(facts?.figures).toEqual(expect.arrayContaining([91.2, 85]));
  });

  it('is nothing of other events, and bounded whatever an event holds', () => {
    expect(commentaryFacts('order_filled', {})).toBeNull();
    expect(commentaryFacts('constructor', {})).toBeNull();
    const many = { level: 3, alerts: Array.from({ length: 50 }, () => 'x'.repeat(999)) };
    const facts = commentaryFacts('risk_alert', many);
    expect(facts?.sentence).toBe('risk alert, unknown, account unknown');
    expect(facts?.reasons.map((one) => one.length)).toEqual(Array.from({ length: 10 }, () => 300));
    expect(commentaryFacts('ceo_mode_switch', {})?.reasons).toEqual([]);
  });
});

describe('words about it', () => {
  const { figures = [], ...facts } = commentaryFacts('ceo_mode_switch', SWITCH) ?? {};
  const codesOf = (text: string): string[] => {
    const answer = JSON.stringify({ version: 1, text });
    const parsed = parseAnswer('commentary', { text: answer, stop: 'end' }, { symbols: [], figures });
    return parsed.ok ? [] : parsed.problems.map(({ code }) => code);
  };

  it('are the same sentence every time without any key, and quote no number of their own', () => {
    const answer = rulesAnswer('commentary', facts);
    expect(answer.text).toBe(
      'the operating mode went from growth to defensive: daily drawdown 4.12 % from 4.00 %; score 71 from 70',
    );
    expect(codesOf(answer.text)).toEqual([]);
    expect(rulesAnswer('commentary', { sentence: 'so it is' }).text).toBe('so it is');
  });

  it('may round what was shown, and are refused with a number that was not', () => {
    expect(codesOf('Defensive now: the day lost 4.1 %, above 4 %.')).toEqual([]);
    expect(codesOf('Defensive now: the day lost 6 %.')).toEqual(['LLM_MISQUOTED']);
  });
});
