/**
 * The words of `npm run policy -- set KEY VALUE …`: pairs, of which a value may begin with a dash (-1), and the reason.
 */
import type { PolicyChanges } from '../../../domain/officers/policy/change-settings.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';
import { named } from '../command-table.ts';
import { oneLine, parseFlags, reasonProblems } from '../flags.ts';

export type SetWords = { readonly changes: PolicyChanges; readonly reason: string };

/** @throws InvalidInput with every mistake of the words; what the values are worth is for the policy store to say */
export function readSetWords(words: readonly string[]): SetWords {
  const command = named('policy', 'set', 'KEY VALUE [KEY VALUE …]').option(
    '--reason <text>',
    'why, for the next person',
  );
  const { pairs, flags } = apart(words);
  parseFlags(command, () => mistakes(pairs, command.opts().reason), flags);
  const keys = pairs.filter((_, i) => i % 2 === 0);
  const changes = Object.fromEntries(keys.map((key, i) => [key, parsedValue(pairs[2 * i + 1] ?? '')]));
  return { changes, reason: oneLine(command.opts().reason ?? '') };
}

/** Flags may stand before, between and behind the pairs; the word behind --reason is its value. */
function apart(words: readonly string[]): { readonly pairs: string[]; readonly flags: string[] } {
  const isFlag = (word: string, at: number): boolean => word.startsWith('--') || words[at - 1] === '--reason';
  return { pairs: words.filter((word, at) => !isFlag(word, at)), flags: words.filter(isFlag) };
}

function mistakes(pairs: readonly string[], reason: string | undefined): Problem[] {
  const keys = pairs.filter((_, i) => i % 2 === 0);
  const lone = pairs.length % 2 === 1 || pairs.length === 0;
  const twice = keys.filter((key, i) => keys.indexOf(key) < i);
  return [
    ...(lone
      ? [problem('ARGUMENT_MISSING', pairs.at(-1) ?? 'KEY', undefined, 'KEY VALUE', 'npm run policy -- show')]
      : []),
    ...twice.map((key) => problem('ARGUMENT_CONFLICT', key, key, 'each key once')),
    ...(reason === undefined ? [problem('ARGUMENT_MISSING', '--reason', undefined, 'why, for the next person')] : []),
    ...(reason === undefined ? [] : reasonProblems('--reason', oneLine(reason))),
  ];
}

/** Numbers, true, false, null and objects are JSON; everything else is a word. */
function parsedValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
