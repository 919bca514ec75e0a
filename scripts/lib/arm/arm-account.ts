/**
 * Arms a live account: the phrase first, then everything that must hold, then one transaction. The account is opened
 * from what the venue itself tells when the desk does not have it yet.
 */
import { type Arming, type ArmOutcome, arm, lastArmingId } from '../../../db/armings.ts';
import { paperRecords } from '../../../db/paper-records.ts';
import { type ArmedScope, PAPER_DAYS_NEEDED, PAPER_TRADES_NEEDED, type PaperRecord } from '../../../schemas/arming.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { type ArmCommand, REFUSED } from './arm-flags.ts';
import { forgetPhrase, isConfirmed } from './confirmation.ts';
import { type ArmingDesk, deskProblems, killProblem, liveVenue, lookAtVenue } from './live-checks.ts';

export type ArmReport = { readonly ok: true; readonly isNewAccount: boolean } & Arming;

type Ask = Extract<ArmCommand, { kind: 'arm' }>;

const NOT_UP = 3;
const MINUTE_MS = 60_000;

/**
 * @throws InvalidInput: exit code 2 for settings; 3 VENUE_UNREACHABLE; 4 for
 * everything that forbids it. Nothing is armed then
 */
export async function armAccount(desk: ArmingDesk, ask: Ask, armedBy: string): Promise<ArmReport> {
  const { db, home } = desk;
  const seenArmingId = await lastArmingId(db, ask.account);
  const nowMs = Date.now();
  if (!isConfirmed(home, ask.phrase, { account: ask.account, armingId: seenArmingId, nowMs }))
    throw wrongPhrase(ask.phrase);
  const venue = liveVenue(desk.environment);
  const records = await paperRecords(db, ask.strategies, nowMs);
  const scope = scopeOf(ask, records);
  const [standing, { problems, seen }] = await Promise.all([deskProblems(desk), lookAtVenue(desk, venue, ask.account)]);
  const refused = [...standing, ...problems, ...scopeProblems(ask, scope)];
  if (refused.length > 0 || seen === null) throw refusal(refused);
  const armedAtMs = Date.now();
  const outcome = await arm(db, {
    accountId: ask.account,
    ...{ armedBy, armedAtMs, scope, seenArmingId, seen },
    expiresAtMs: armedAtMs + ask.minutes * MINUTE_MS,
    overrideReason: ask.override,
  });
  forgetPhrase(home);
  return reportOf(outcome);
}

/** Those that were named; with none named every one with a record, or all under an override. */
function scopeOf({ strategies, override }: Ask, records: readonly PaperRecord[]): ArmedScope {
  if (strategies.length > 0) {
    return { everyStrategy: false, strategies: records.filter((one) => strategies.includes(one.strategyId)) };
  }
  if (override !== null) return { everyStrategy: true, strategies: [...records] };
  return { everyStrategy: false, strategies: records.filter((one) => one.isEnough) };
}

function scopeProblems({ override }: Ask, { strategies }: ArmedScope): Problem[] {
  if (override !== null) return [];
  if (strategies.length === 0) return [noRecord('--strategy', 'no strategy with a record')];
  return strategies
    .filter((one) => !one.isEnough)
    .map(({ strategyId, closedTrades, paperDays }) =>
      noRecord(strategyId, `${closedTrades} closed trades, ${paperDays} days`),
    );
}

const noRecord = (path: string, got: string): Problem =>
  problem(
    'PAPER_RECORD_MISSING',
    path,
    got,
    `${PAPER_TRADES_NEEDED} closed trades or ${PAPER_DAYS_NEEDED} days on paper`,
    'run it on paper first, or --override REASON, which is audited',
  );

function reportOf(outcome: ArmOutcome): ArmReport {
  if (outcome.outcome === 'armed') return { ok: true, isNewAccount: outcome.isNewAccount, ...outcome.arming };
  if (outcome.outcome === 'killSwitch') throw refusal([killProblem(outcome.reason)]);
  const hint = 'read npm run arm -- --status again';
  throw refusal([problem('ARMING_CHANGED', 'armings', 'armed again just now', 'what --status showed', hint)]);
}

/** A venue that does not answer is no refusal, unless something else is. */
const refusal = (problems: readonly Problem[]): InvalidInput =>
  new InvalidInput(problems, problems.every((one) => one.code === 'VENUE_UNREACHABLE') ? NOT_UP : REFUSED);

const wrongPhrase = (typed: string): InvalidInput =>
  refusal([
    problem(
      'CONFIRMATION_WRONG',
      '--confirm',
      typed,
      'the phrase that --status shows now',
      'read npm run arm -- --status again: a phrase lasts 15 minutes and for one arming',
    ),
  ]);
