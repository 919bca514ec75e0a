/**
 * From what a model wrote to an answer that code may use, or to the reasons why not. Strict:
 * nothing is coerced, rescaled, clamped or searched for. An answer that fails gives no decision;
 * one request for a repair may be made with its problems.
 * How it stopped comes first (LLM_REFUSED, LLM_TRUNCATED), then the text (`extract-object.ts`), the contract
 * (`schemas/llm/contract-problems.ts`) and what was shown (`check-answer.ts`): each stage lists all of its problems.
 */
import { checkContract, unknownField } from '../../schemas/llm/contract-problems.ts';
import { type AnswerOf, CONTRACTS, type ContractName } from '../../schemas/llm/contracts/index.ts';
import type { ModelReply } from '../../schemas/llm/model-call.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { type AnswerContext, checkAnswer } from './check-answer.ts';
import { extractObject } from './extract-object.ts';
import { tidyTexts } from './tidy-texts.ts';

export type ParsedAnswer<Name extends ContractName> =
  /** `textsCut`: paths of texts that were longer than the desk keeps. */
  | { readonly ok: true; readonly value: AnswerOf<Name>; readonly textsCut: readonly string[] }
  /** `code` is that of the first problem: why there is no decision. */
  | { readonly ok: false; readonly code: string; readonly problems: readonly Problem[] };

type Reply = Pick<ModelReply, 'text' | 'stop'>;

export function parseAnswer<Name extends ContractName>(
  name: Name,
  reply: Reply,
  context: AnswerContext,
): ParsedAnswer<Name> {
  const stopped = stopProblem(reply);
  if (stopped !== null) return refused([stopped]);
  const extracted = extractObject(reply.text);
  if (!extracted.ok) return refused(extracted.problems);
  const hostile = [...refusalField(extracted.value), ...hostileKeys(extracted.value, [])];
  if (hostile.length > 0) return refused(hostile);
  const checked = checkContract(CONTRACTS[name].schema, extracted.value);
  if (!checked.ok) return refused(checked.problems);
  const problems = checkAnswer(name, checked.value, context);
  if (problems.length > 0) return refused(problems);
  const { value, cut } = tidyTexts(checked.value);
  return { ok: true, value: value as AnswerOf<Name>, textsCut: cut };
}

const refused = (problems: readonly Problem[]) => ({ ok: false as const, code: problems[0]?.code ?? '', problems });

/** An answer cut at the token limit is refused even where what is left of it happens to parse. */
function stopProblem({ stop, text }: Reply): Problem | null {
  if (stop === 'refused') return problem('LLM_REFUSED', '', text, 'an answer');
  if (stop !== 'truncated') return null;
  return problem('LLM_TRUNCATED', '', text.slice(-60), 'an answer that was written to its end', 'a shorter one');
}

/** Some models say inside the JSON that they will not answer. */
function refusalField(value: unknown): Problem[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'refusal')) return [];
  const told: unknown = Reflect.get(value, 'refusal');
  return typeof told === 'string' && told !== '' ? [problem('LLM_REFUSED', 'refusal', told, 'an answer')] : [];
}

const HOSTILE_KEYS = ['__proto__', 'constructor', 'prototype'];

/** Keys by which a careless copy of an object changes what every object is. */
function hostileKeys(value: unknown, path: readonly PropertyKey[]): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    HOSTILE_KEYS.includes(key) ? [unknownField([...path, key], [])] : hostileKeys(inner, [...path, key]),
  );
}
