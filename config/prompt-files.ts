/**
 * Reads prompts/*.md: front matter between two lines of `---` (id, version, preference, maxTokens,
 * temperature), then the instructions, then, behind a line `# Message`, the message with its
 * `{{variables}}`. All mistakes of all files at once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type PromptDefinition, promptDefinitionSchema } from '../schemas/llm/prompt.ts';
import { problemsAt } from '../schemas/parse-input.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';

type PromptFile = { readonly definition: PromptDefinition | null; readonly problems: readonly Problem[] };

/** Every version of every prompt in the folder. @throws InvalidInput listing every mistake, and versions there twice */
export function loadPrompts(folder: string): PromptDefinition[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const read = files.map((name) => parsePrompt(name, readFileSync(join(folder, name), 'utf8')));
  const definitions = read.flatMap(({ definition }) => (definition === null ? [] : [definition]));
  const problems = [...read.flatMap((one) => one.problems), ...repeated(definitions)];
  if (problems.length > 0) throw new InvalidInput(problems);
  return definitions;
}

const FRONT = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/;
const MESSAGE = /^# Message[ \t]*$/m;

/** Line ends and a mark of the encoding are no part of the text: another editor must not make it another prompt. */
const plain = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');

function parsePrompt(name: string, written: string): PromptFile {
  const text = plain(written);
  const [, head, body] = FRONT.exec(text) ?? [];
  const [instructions = '', message = '', ...more] = (body ?? '').split(MESSAGE).map((part) => part.trim());
  if (head === undefined || body === undefined || more.length > 0) {
    const expected = 'front matter between two lines of ---, then instructions, then at most one line "# Message"';
    return { definition: null, problems: [problem('PROMPT_SYNTAX', name, text, expected)] };
  }
  const front = frontMatter(name, head);
  if (!('value' in front)) return { definition: null, problems: [front] };
  const raw = { preference: null, temperature: null, ...front.value, instructions, message };
  const problems = problemsAt(promptDefinitionSchema, raw, [name]);
  const parsed = promptDefinitionSchema.safeParse(raw);
  return { definition: parsed.success ? parsed.data : null, problems };
}

function frontMatter(name: string, head: string): { readonly value: object } | Problem {
  try {
    const value: unknown = parse(head);
    if (typeof value === 'object' && value !== null) return { value };
  } catch {
    // Told below: what a person needs is the form, not the parser's words.
  }
  return problem('PROMPT_SYNTAX', name, head, 'lines such as "version: 1"');
}

function repeated(definitions: readonly PromptDefinition[]): Problem[] {
  const seen = new Set<string>();
  return definitions.flatMap(({ id, version }) => {
    const key = `${id}@${version}`;
    if (seen.has(key)) return [problem('PROMPT_REPEATED', `prompts.${key}`, key, 'each version in one file')];
    seen.add(key);
    return [];
  });
}
