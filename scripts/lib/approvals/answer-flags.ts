/**
 * The command line of `npm run approve` and `npm run deny`: which decision,
 * and the hash of the very order that is meant.
 */
import { type Problem, problem } from '../../../schemas/problem.ts';
import { namedScript, parseWithWord, parseWords } from '../command-table.ts';

export type AnswerCommand =
  | { readonly kind: 'list' }
  | { readonly kind: 'answer'; readonly decisionId: string; readonly orderHash: string };

const HASH_PATTERN = /^[0-9a-f]{64}$/;
const HINT = 'npm run approve -- --list shows what waits, with its hash';

/** @throws InvalidInput with every mistake */
export function readAnswerCommand(script: 'approve' | 'deny', words: readonly string[]): AnswerCommand {
  const command = namedScript(script, 'DECISION --hash H')
    .description('A person answers for an order that waits. --list shows what waits, with its hash.')
    .option('--hash <hash>', 'the hash of the order that is meant')
    .option('--list', 'what waits for a person');
  if (words.includes('--list')) {
    parseWords(command, words, () => listProblems(command.opts().hash));
    return { kind: 'list' };
  }
  const decisionId = parseWithWord(command, words, 'DECISION', () => hashProblems(command.opts().hash));
  return { kind: 'answer', decisionId, orderHash: command.opts().hash ?? '' };
}

const listProblems = (hash: string | undefined): Problem[] =>
  hash === undefined ? [] : [problem('ARGUMENT_CONFLICT', '--hash', 'with --list', 'one of them')];

function hashProblems(hash: string | undefined): Problem[] {
  if (hash === undefined) return [problem('ARGUMENT_MISSING', '--hash', undefined, 'the hash of the order', HINT)];
  return HASH_PATTERN.test(hash) ? [] : [problem('ARGUMENT_VALUE', '--hash', hash, '64 hexadecimal digits', HINT)];
}
