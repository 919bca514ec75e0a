/** What a person hears who asked an officer to work now. */
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
