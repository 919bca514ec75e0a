/** What `npm run arm -- --status` tells: what is armed, what would forbid it, every paper record, and the phrase. */
import type { Venue } from '../../../adapters/broker/venue.ts';
import { readAccount } from '../../../db/accounts.ts';
import { type Arming, activeArming, lastArmingId } from '../../../db/armings.ts';
import { paperRecords } from '../../../db/paper-records.ts';
import { PAPER_DAYS_NEEDED, PAPER_TRADES_NEEDED, type PaperRecord } from '../../../schemas/arming.ts';
import { InvalidInput, type Problem } from '../../../schemas/problem.ts';
import type { ArmCommand } from './arm-flags.ts';
import { phraseFor } from './confirmation.ts';
import { type ArmingDesk, deskProblems, liveVenue, lookAtVenue } from './live-checks.ts';

export type ArmStatus = {
  readonly ok: true;
  readonly account: string;
  /** Whether the desk has the account already; arming opens it. */
  readonly isOpen: boolean;
  readonly arming: Arming | null;
  /** What would refuse an arming now, paper records aside. */
  readonly problems: readonly Problem[];
  readonly needed: { readonly closedTrades: number; readonly paperDays: number };
  readonly records: readonly PaperRecord[];
  readonly phrase: string;
};

/** @throws Error when the phrase cannot be kept in the desk's home */
export async function armStatus(
  desk: ArmingDesk,
  { account, strategies }: Extract<ArmCommand, { kind: 'status' }>,
): Promise<ArmStatus> {
  const { db, home } = desk;
  const nowMs = Date.now();
  const [known, arming, armingId, records, atDesk, atVenue] = await Promise.all([
    readAccount(db, account),
    activeArming(db, account, nowMs),
    lastArmingId(db, account),
    paperRecords(db, strategies, nowMs),
    deskProblems(desk),
    venueProblems(desk, account),
  ]);
  return {
    ...{ ok: true, account, isOpen: known !== undefined, arming, problems: [...atDesk, ...atVenue] },
    needed: { closedTrades: PAPER_TRADES_NEEDED, paperDays: PAPER_DAYS_NEEDED },
    records,
    phrase: phraseFor(home, { account, armingId, nowMs }),
  };
}

async function venueProblems(desk: ArmingDesk, account: string): Promise<readonly Problem[]> {
  let venue: Venue;
  try {
    venue = liveVenue(desk.environment);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return (await lookAtVenue(desk, venue, account)).problems;
}
