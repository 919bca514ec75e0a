/** Answers as a model may give them, and the codes of what is wrong with each. */
import type { AnswerContext } from '../../../domain/llm/check-answer.ts';
import { parseAnswer } from '../../../domain/llm/parse-answer.ts';
import type { ContractName } from '../../../schemas/llm/contracts/index.ts';
import type { ModelReply } from '../../../schemas/llm/model-call.ts';
import { ANSWERS, CONTEXT } from './answers.ts';

export type Ask = { name?: ContractName; stop?: ModelReply['stop']; context?: Partial<AnswerContext> };

export const parseAs = <Name extends ContractName>(
  name: Name,
  text: string,
  { stop = 'end', context = {} }: Ask = {},
) => parseAnswer(name, { text, stop }, { ...CONTEXT, ...context });

export const parse = (text: string, ask: Ask = {}) => parseAs(ask.name ?? 'advice', text, ask);

/** `CODE path` of each problem; empty for an accepted answer. */
export function codes(text: string, ask: Ask = {}): string[] {
  const parsed = parse(text, ask);
  return parsed.ok ? [] : parsed.problems.map(({ code, path }) => `${code} ${path}`.trim());
}

export const advice = (change: object = {}): string => JSON.stringify({ ...ANSWERS.advice, ...change });

export const recommended = (change: object): string =>
  JSON.stringify({ ...ANSWERS.recommendation, action: { ...ANSWERS.recommendation.action, ...change } });

export const GOOD = advice();
