/**
 * Which prompt a question is asked with: the version it has been put in before, the one it names, the arm of a running
 * experiment, or the newest that may speak.
 */
import { sha256Hex } from '../../domain/canonical-json.ts';
import { promptArm } from '../../domain/llm/prompt-arm.ts';
import { type RenderedPrompt, renderPrompt } from '../../domain/llm/render-prompt.ts';
import { type CleanedText, cleanUntrusted, quoteUntrusted } from '../../domain/llm/untrusted-text.ts';
import type { AskModel } from '../../schemas/llm/ask-model.ts';
import { CONTRACTS } from '../../schemas/llm/contracts/index.ts';
import type { PromptArm, PromptDefinition } from '../../schemas/llm/prompt.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import type { GatewayParts } from './parts.ts';
import type { Standing } from './standing.ts';

export type ChosenPrompt = RenderedPrompt & {
  readonly prompt: PromptDefinition;
  readonly desk: PromptDefinition;
  /** Of the rendered text. */
  readonly hash: string;
  /** What was found in text from outside. */
  readonly warnings: readonly Problem[];
};

/** What words are of that have been sent: a version that is released or demoted since changes nothing about them. */
export type SentVersions = {
  readonly prompt: number;
  /** Of the desk's rules; null: nobody wrote it down. */
  readonly desk: number | null;
};

/** The desk's rules, in front of every prompt. */
export const DESK_PROMPT = 'system';

/** @param sent null: nothing was sent yet @throws InvalidInput PROMPT_UNKNOWN, PROMPT_VARIABLE */
export async function choosePrompt(
  parts: GatewayParts,
  ask: AskModel,
  standing: Standing,
  sent: SentVersions | null,
): Promise<ChosenPrompt> {
  const [desk, prompt] = await Promise.all([
    promptOf(parts, DESK_PROMPT, sent?.desk ?? newest(parts, DESK_PROMPT)),
    promptOf(parts, ask.promptId, sent?.prompt ?? ask.promptVersion ?? versionFor(parts, ask, standing)),
  ]);
  return promptFor(desk, prompt, ask);
}

/** The question as a model is given it. @throws InvalidInput PROMPT_VARIABLE */
export function promptFor(desk: PromptDefinition, prompt: PromptDefinition, ask: AskModel): ChosenPrompt {
  const cleaned = ask.untrusted.map(({ label, text }) => ({ label, cleaned: cleanUntrusted(text) }));
  const contract = { name: ask.contract, version: CONTRACTS[ask.contract].version };
  const quotes = cleaned.map((one) => quoteUntrusted(one.label, one.cleaned));
  const rendered = renderPrompt({ desk, prompt, contract, variables: ask.variables, quotes });
  return {
    ...rendered,
    prompt,
    desk,
    hash: sha256Hex(`${rendered.system}\n${rendered.message}`),
    warnings: cleaned.flatMap((one) => flagsOf(one.label, one.cleaned)),
  };
}

const flagsOf = (label: string, { flags, signs }: CleanedText): Problem[] =>
  flags.map((flag) => problem(flag, `untrusted.${label}`, signs.join(', '), 'plain text within the limits'));

function versionFor(parts: GatewayParts, ask: AskModel, { experiment, silentPrompts }: Standing): number {
  const speaks = (version: number): boolean => !silentPrompts.includes(`${ask.promptId}@${version}`);
  const arms = (experiment?.arms ?? []).filter(({ version }) => speaks(version));
  if (arms.length > 0) return armOf(ask, arms);
  return versionsOf(parts, ask.promptId).findLast(speaks) ?? newest(parts, ask.promptId);
}

const armOf = ({ promptId, sessionId, conversationId, callKey }: AskModel, arms: readonly PromptArm[]): number =>
  promptArm(promptId, sessionId ?? conversationId ?? callKey, arms);

const versionsOf = ({ prompts }: GatewayParts, promptId: string): number[] =>
  prompts.flatMap(({ id, version }) => (id === promptId ? [version] : [])).sort((a, b) => a - b);

function newest(parts: GatewayParts, promptId: string): number {
  const version = versionsOf(parts, promptId).at(-1);
  if (version === undefined) throw unknown(parts, promptId, null);
  return version;
}

/** Versions that have left the folder are still what they were. */
async function promptOf(parts: GatewayParts, promptId: string, version: number): Promise<PromptDefinition> {
  const own = parts.prompts.find((one) => one.id === promptId && one.version === version);
  const definition = own ?? (await parts.store.prompt(promptId, version))?.definition;
  if (definition === undefined) throw unknown(parts, promptId, version);
  return definition;
}

function unknown({ prompts }: GatewayParts, promptId: string, version: number | null): InvalidInput {
  const names = [...new Set(prompts.map(({ id }) => id))].join(', ');
  const got = version === null ? promptId : `${promptId}@${version}`;
  return new InvalidInput([problem('PROMPT_UNKNOWN', 'promptId', got, `one of ${names}, and a version of it`)]);
}
