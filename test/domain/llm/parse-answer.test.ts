/** A good answer, what it may speak of, and what a model is told of a bad one. */
import { describe, expect, it } from 'vitest';
import { isRepairable, repairRequest } from '../../../domain/llm/repair-request.ts';
import { CONTRACT_NAMES, CONTRACTS } from '../../../schemas/llm/contracts/index.ts';
import { ANSWERS } from './answers.ts';
import { advice, codes, parse } from './parsed-answers.ts';

describe('a good answer', () => {
  it.each(CONTRACT_NAMES)('%s is accepted alone, in one fenced block, and with white space around it', (name) => {
    const text = JSON.stringify(ANSWERS[name], null, 2);
    for (const one of [
      text,
      `\n ${text}\n\n`,
      `\`\`\`json\n${text}\n\`\`\``,
      `\`\`\`\n${text}\n\`\`\`\n`,
      `\ufeff${text}`,
    ]) {
      expect(parse(one, { name })).toEqual({ ok: true, value: ANSWERS[name], textsCut: [] });
    }
  });

  it.each(CONTRACT_NAMES)('%s needs every field: the absence of any is told, null only where it is allowed', (name) => {
    const whole: Readonly<Record<string, unknown>> = ANSWERS[name];
    for (const field of Object.keys(whole)) {
      const { [field]: _left, ...rest } = whole;
      expect(codes(JSON.stringify(rest), { name })).toContain(`LLM_MISSING_FIELD ${field}`);
    }
  });

  it.each(CONTRACT_NAMES)('%s says on the wire that every field is required and that there are no others', (name) => {
    const visit = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      if ('properties' in schema && 'required' in schema) {
        expect(schema.required).toEqual(Object.keys(schema.properties as object));
        expect(schema).toMatchObject({ additionalProperties: false });
      }
      for (const inner of Object.values(schema)) visit(inner);
    };
    expect(CONTRACTS[name].jsonSchema).toMatchObject({ type: 'object', properties: { version: { const: 1 } } });
    visit(CONTRACTS[name].jsonSchema);
  });
});

describe('what was shown', () => {
  it('a report is quoted to its digits, or not at all', () => {
    const explained = (summary: string) =>
      codes(JSON.stringify({ ...ANSWERS.backtestExplanation, summary }), { name: 'backtestExplanation' });
    expect(explained('A return of 0.12, 42 trades and a Sharpe of 1.5; twelve per cent')).toEqual([]);
    expect(explained('A return of 13 %')).toEqual(['LLM_MISQUOTED summary']);
    expect(explained('A Sharpe of 1.51 over 41 trades')).toEqual(['LLM_MISQUOTED summary', 'LLM_MISQUOTED summary']);
  });

  it('documents and rules that were not shown do not exist', () => {
    const citations = [{ documentId: 'invented', passage: 'x' }];
    expect(codes(JSON.stringify({ ...ANSWERS.knowledgeAnswer, citations }), { name: 'knowledgeAnswer' })).toEqual([
      'LLM_CITATION_UNKNOWN citations[0].documentId',
    ]);
    const items = [{ text: 'x', ruleId: 'noRule' }];
    expect(codes(JSON.stringify({ ...ANSWERS.riskChecklist, items }), { name: 'riskChecklist' })).toEqual([
      'LLM_RULE_UNKNOWN items[0].ruleId',
    ]);
  });

  it('a designed strategy has the parameters of its type, in their ranges', () => {
    const { parameters } = ANSWERS.strategy;
    const designed = (change: object) =>
      codes(JSON.stringify({ ...ANSWERS.strategy, ...change }), { name: 'strategy' });
    expect(designed({ parameters: { ...parameters, threshold: 7, entryZ: 2 } })).toEqual([
      'LLM_RANGE parameters.threshold',
      'LLM_UNKNOWN_FIELD parameters.entryZ',
    ]);
    expect(designed({ sizeFraction: 0.2 })).toEqual(['GATE_SIZE sizeFraction']);
  });

  it('a stop of an exit plan lies on the losing side of what is held', () => {
    const plan = JSON.stringify({ ...ANSWERS.exitPlan, stopLossPrice: 102 });
    expect(codes(plan, { name: 'exitPlan', context: { heldSide: 1 } })).toEqual([
      'LLM_LEVELS_INCONSISTENT stopLossPrice',
    ]);
    expect(codes(plan, { name: 'exitPlan', context: { heldSide: -1 } })).toEqual([]);
  });
});

describe('the repair', () => {
  it('says what was wrong, and does not say what to decide', () => {
    const parsed = parse(advice({ confidence: 75, action: 'BUY' }));
    const problems = parsed.ok ? [] : parsed.problems;
    expect(isRepairable(problems)).toBe(true);
    const text = repairRequest('advice', problems);
    expect(text).toContain('LLM_ENUM at action: got "BUY", expected one of buy, sell, hold');
    expect(text).toContain('LLM_RANGE at confidence: got 75, expected a number from 0 to 1');
  });

  it('is not asked for where it cannot help', () => {
    for (const [text, stop] of [
      ['', 'refused'],
      ['['.repeat(100), 'end'],
      [advice({ rationale: 'x'.repeat(300_000) }), 'end'],
    ] as const) {
      const parsed = parse(text, { stop });
      expect(isRepairable(parsed.ok ? [] : parsed.problems)).toBe(false);
    }
  });
});
