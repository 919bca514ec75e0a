/**
 * The check before a venue is used at all: it answers, it is the account that was meant, and it does not call itself
 * live where paper was meant, or the reverse. Asked at the start of a process and after each change of keys.
 */
import { type Problem, problem } from '../../schemas/problem.ts';
import type { Venue, VenueIdentity } from './venue.ts';

/**
 * No problem: an empty list. `accountId`: the account known from earlier, null at the first time.
 * Codes: VENUE_UNREACHABLE, CONFIG_MODE_HOST_MISMATCH, VENUE_ACCOUNT_CHANGED.
 */
export async function identityProblems(venue: Venue, accountId: string | null): Promise<Problem[]> {
  const answer = await venue.identity();
  if (answer.kind === 'failed') return [unreachable(venue.name, answer.reason)];
  return [...modeProblems(venue, answer.value), ...accountProblems(venue.name, accountId, answer.value)];
}

const unreachable = (name: string, reason: string): Problem =>
  problem('VENUE_UNREACHABLE', name, reason, 'the account, told by the venue', 'check key and network');

function modeProblems({ name, mode }: Venue, { host, toldMode }: VenueIdentity): Problem[] {
  if (toldMode === null || toldMode === mode) return [];
  const got = `a ${toldMode} account at ${host}`;
  return [
    problem('CONFIG_MODE_HOST_MISMATCH', name, got, `a ${mode} account`, 'paper and live have keys of their own'),
  ];
}

function accountProblems(name: string, expected: string | null, { accountId }: VenueIdentity): Problem[] {
  if (expected === null || expected === accountId) return [];
  return [problem('VENUE_ACCOUNT_CHANGED', name, accountId, expected, 'a key of another account')];
}
