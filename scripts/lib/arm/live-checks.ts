/**
 * What must hold before real money may move: no kill switch, a role that cannot rewrite history, an unbroken audit, and
 * a venue that answers as the live account that was meant, with a clock like ours. All problems at once.
 */
import { alpacaLiveConfig } from '../../../adapters/broker/alpaca/alpaca-config.ts';
import { createAlpacaLive } from '../../../adapters/broker/alpaca/alpaca-venue.ts';
import { judgeClock } from '../../../adapters/broker/clock-drift.ts';
import type { Venue } from '../../../adapters/broker/venue.ts';
import { identityProblems } from '../../../adapters/broker/venue-identity.ts';
import type { Environment } from '../../../config/environment.ts';
import { standingOf } from '../../../db/account-standings.ts';
import type { ArmRequest } from '../../../db/armings.ts';
import { verifyAudit } from '../../../db/audit.ts';
import { readKillSwitch } from '../../../db/kill-switch.ts';
import { isSuperuser } from '../../../db/superuser.ts';
import type { Database } from '../../../db/tables.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';
import { readKillFile, reasonOf } from '../kill/kill-file.ts';
import { say } from '../progress.ts';

/** A desk as the scripts of arming see it. */
export type ArmingDesk = { readonly db: Database; readonly home: string; readonly environment: Environment };

/** @throws InvalidInput (exit code 2) CONFIG_REQUIRED, CONFIG_MODE_HOST_MISMATCH and the like, before any request */
export const liveVenue = ({ alpaca, allowLoopback }: Environment): Venue =>
  createAlpacaLive(alpacaLiveConfig(alpaca, allowLoopback));

/** Why no order would leave, from the file or the row; null when the switch is off. */
export async function killReason({ db, home }: Pick<ArmingDesk, 'db' | 'home'>): Promise<string | null> {
  const file = reasonOf(readKillFile(home));
  if (file !== null) return file;
  const row = await readKillSwitch(db);
  return row.active ? (row.reason ?? 'set without a reason') : null;
}

/** Codes: KILL_SWITCH, DATABASE_SUPERUSER, AUDIT_BROKEN. */
export async function deskProblems(desk: ArmingDesk): Promise<Problem[]> {
  const [kill, superuser, badRow] = await Promise.all([killReason(desk), isSuperuser(desk.db), verifyAudit(desk.db)]);
  return [
    ...(kill === null ? [] : [killProblem(kill)]),
    ...(superuser
      ? [
          problem(
            'DATABASE_SUPERUSER',
            'DATABASE_URL',
            'a superuser',
            'a role such as quarterdeck_app',
            'npm run migrate makes it',
          ),
        ]
      : []),
    ...(badRow === null
      ? []
      : [problem('AUDIT_BROKEN', `audit.${badRow}`, badRow, 'an unbroken chain', 'npm run verify -- audit')]),
  ];
}

export const killProblem = (reason: string): Problem =>
  problem('KILL_SWITCH', 'kill_switch', reason, 'a switch that is off', 'npm run kill -- --status');

type AtVenue = { readonly problems: readonly Problem[]; readonly seen: ArmRequest['seen'] | null };

/**
 * Codes: VENUE_UNREACHABLE, CONFIG_MODE_HOST_MISMATCH, VENUE_ACCOUNT_CHANGED,
 * CLOCK_DRIFT. Small drift is said, not refused.
 */
export async function lookAtVenue({ db }: ArmingDesk, venue: Venue, accountId: string): Promise<AtVenue> {
  const known = (await standingOf(db, accountId))?.venueAccountId ?? null;
  const wrong = await identityProblems(venue, known);
  if (wrong.length > 0) return { problems: wrong, seen: null };
  const [identity, cash, clock] = await Promise.all([venue.identity(), venue.cash(), venue.clock()]);
  if (identity.kind === 'failed') return unanswered(venue, identity.reason);
  if (cash.kind === 'failed') return unanswered(venue, cash.reason);
  if (clock.kind === 'failed') return unanswered(venue, clock.reason);
  const verdict = judgeClock(clock.value);
  if (verdict.level === 'warn') say(`warning ${verdict.problem.message}`);
  const problems = verdict.level === 'block' ? [verdict.problem] : [];
  return { problems, seen: { venueAccountId: identity.value.accountId, ...cash.value } };
}

const unanswered = ({ name }: Venue, reason: string): AtVenue => ({
  problems: [
    problem('VENUE_UNREACHABLE', name, reason, 'account and clock, told by the venue', 'check key and network'),
  ],
  seen: null,
});
