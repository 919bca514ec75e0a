/** The what-if flags of `npm run replay`, with all that is wrong with them. */
import { LIMIT_NAMES, type LimitChanges, limitFault } from '../../../domain/backtest/changed-limits.ts';
import { nearestName } from '../../../schemas/nearest-name.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';
import type { PromptChoice, WhatIf } from './what-if.ts';

export type WhatIfFlags = {
  readonly limit: readonly string[];
  readonly model?: string | undefined;
  readonly prompt?: string | undefined;
};

export function readWhatIf(
  { limit, model, prompt }: WhatIfFlags,
  modelIds: () => readonly string[],
): { readonly whatIf: WhatIf; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const limits: Record<string, number | boolean | null> = {};
  for (const word of limit) addLimit(limits, limitOf(word, problems), problems);
  if (model !== undefined) problems.push(...unknownModel(model, modelIds()));
  return { whatIf: { limits, model: model ?? null, prompt: promptOf(prompt, problems) }, problems };
}

function addLimit(limits: Record<string, number | boolean | null>, added: LimitChanges, problems: Problem[]): void {
  for (const [name, value] of Object.entries(added)) {
    if (Object.hasOwn(limits, name)) problems.push(problem('ARGUMENT_CONFLICT', '--limit', name, 'each limit once'));
    limits[name] = value;
  }
}

const FORM = /^([A-Za-z]+)=(.+)$/;

function limitOf(word: string, problems: Problem[]): LimitChanges {
  const [, name = '', text = ''] = FORM.exec(word) ?? [];
  if (!LIMIT_NAMES.includes(name)) {
    const near = nearestName(name, LIMIT_NAMES);
    const hint = near === null ? `one of ${LIMIT_NAMES.join(', ')}` : `did you mean ${near}`;
    problems.push(problem('ARGUMENT_VALUE', '--limit', word, 'KEY=VALUE with the name of a limit', hint));
    return {};
  }
  const value = limitValue(text);
  const fault = value === undefined ? 'a number, true, false or null' : limitFault(name, value);
  if (fault !== null || value === undefined) {
    problems.push(problem('ARGUMENT_VALUE', `--limit ${name}`, text, fault ?? 'a value'));
    return {};
  }
  return { [name]: value };
}

const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

function limitValue(text: string): number | boolean | null | undefined {
  const word = WORDS[text];
  if (word !== undefined) return word;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function promptOf(text: string | undefined, problems: Problem[]): PromptChoice | null {
  if (text === undefined) return null;
  const [, promptId = '', version = ''] = /^([a-z][a-z0-9-]*)@([1-9]\d*)$/.exec(text) ?? [];
  if (promptId !== '') return { promptId, version: Number(version) };
  problems.push(problem('ARGUMENT_VALUE', '--prompt', text, 'a prompt and its version, such as advisor@2'));
  return null;
}

function unknownModel(model: string, ids: readonly string[]): Problem[] {
  return ids.includes(model) ? [] : [problem('ARGUMENT_VALUE', '--model', model, `one of ${ids.join(', ')}`)];
}
