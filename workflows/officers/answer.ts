/** The updates by which a person asks an officer to work now, and their answers. */
import type { CycleAnswer } from '../../schemas/officers/cycle.ts';
import { problem } from '../../schemas/problem.ts';
import { invalidInput } from '../lib/invalid-input.ts';
import type { Officer } from '../messages/officers.ts';

/** @throws ApplicationFailure OFFICER_OFF while its flag is off, OFFICER_FAILED when it could not work */
export function answerOrFail(answer: CycleAnswer | null, officer: Officer): Record<string, unknown> {
  if (answer === null) {
    throw invalidInput([
      problem('OFFICER_FAILED', officer, 'no answer', 'an officer that can work', 'see npm run doctor'),
    ]);
  }
  if (answer.state === null) {
    const hint = 'npm run policy -- set switches it on';
    throw invalidInput([problem('OFFICER_OFF', officer, 'off', 'an officer whose flag is on', hint)]);
  }
  return { ...answer.state };
}

/** @throws ApplicationFailure InvalidInput: the update takes nothing, or an empty object */
export function noFields(argument?: unknown): void {
  const given = typeof argument === 'object' && argument !== null ? Object.keys(argument) : [];
  const odd = argument === undefined || argument === null || typeof argument === 'object' ? [] : ['input'];
  const problems = [...given, ...odd].map((key) => problem('INPUT_UNKNOWN_FIELD', key, key, 'no fields'));
  if (problems.length > 0) throw invalidInput(problems);
}
