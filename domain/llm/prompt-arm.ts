/**
 * Which version of a prompt a session works with while an experiment runs. The same session always gets the same one:
 * point = the first 52 bits of sha256(promptId : sessionId) as a share of 1, laid against the arms' shares in order.
 */
import type { PromptArm } from '../../schemas/llm/prompt.ts';
import { sha256Hex } from '../canonical-json.ts';

const DIGITS = 13;
const RANGE = 16 ** DIGITS;

/** The version of the arm in which the session falls. @throws RangeError without arms */
export function promptArm(promptId: string, sessionId: string, arms: readonly PromptArm[]): number {
  const total = arms.reduce((sum, { share }) => sum + share, 0);
  const point = (Number.parseInt(sha256Hex(`${promptId}:${sessionId}`).slice(0, DIGITS), 16) / RANGE) * total;
  let upTo = 0;
  for (const { version, share } of arms) {
    upTo += share;
    if (point < upTo) return version;
  }
  const last = arms.at(-1);
  if (last === undefined) throw new RangeError('an experiment needs at least one arm');
  return last.version;
}
