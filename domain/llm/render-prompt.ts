/**
 * A prompt with its variables put in. `{{facts}}` stands for all variables as canonical JSON, so that a program can
 * read them as well as a model; `{{name}}` for one. What comes from outside is quoted behind the message, never in it.
 */
import type { PromptVariables } from '../../schemas/llm/ask-model.ts';
import type { PromptDefinition } from '../../schemas/llm/prompt.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { canonicalJson } from '../canonical-json.ts';

export type RenderRequest = {
  /** The desk's rules, in front of every prompt. */
  readonly desk: PromptDefinition;
  readonly prompt: PromptDefinition;
  readonly contract: { readonly name: string; readonly version: number };
  readonly variables: PromptVariables;
  /** Cleaned and quoted already (untrusted-text.ts). */
  readonly quotes: readonly string[];
};

export type RenderedPrompt = { readonly system: string; readonly message: string };

const PLACEHOLDER = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g;

/** @throws InvalidInput PROMPT_VARIABLE for every placeholder without a variable */
export function renderPrompt({ desk, prompt, contract, variables, quotes }: RenderRequest): RenderedPrompt {
  const missing = missingIn(prompt, variables);
  if (missing.length > 0) {
    throw new InvalidInput(
      missing.map((name) =>
        problem('PROMPT_VARIABLE', `variables.${name}`, undefined, `a value: prompt ${prompt.id} speaks of it`),
      ),
    );
  }
  const { name, version } = contract;
  const rule = `Answer with one JSON object of the contract "${name}", version ${version}, and nothing else.`;
  return {
    system: [desk.instructions, prompt.instructions, rule].join('\n\n'),
    message: [filled(prompt.message, variables), ...quotes].join('\n\n'),
  };
}

function missingIn({ message }: PromptDefinition, variables: PromptVariables): string[] {
  const names = [...message.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => name !== 'facts' && variables[name] === undefined);
}

/** One pass: what a variable brings along is never taken for a placeholder. */
const filled = (text: string, variables: PromptVariables): string =>
  text.replace(PLACEHOLDER, (_, name: string) =>
    name === 'facts' ? canonicalJson(variables) : shown(variables[name]),
  );

const shown = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value));
