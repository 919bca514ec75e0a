/** Lets a frozen account trade again: by a person, and only when books and venue are equal by now. */
import { releaseAccount, standingOf } from '../../../db/account-standings.ts';
import { inTransaction } from '../../../db/retry.ts';
import type { Database } from '../../../db/tables.ts';
import { acceptVenueCash } from '../../../db/venue-accounts.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { isSamePhrase } from '../phrase.ts';
import { type ComparedAccount, compareAccounts, releasePhrase } from './compare-accounts.ts';
import type { ReleaseCommand } from './reconcile-flags.ts';
import { setForeignAside } from './set-fills-aside.ts';

const REFUSED = 4;
const ACCEPT_FILLS = 'once its position is put right at the venue: --accept-fills';

export type Released = { readonly ok: true; readonly account: string; readonly reason: string; readonly by: string };

/** @throws InvalidInput: 2 ACCOUNT_UNKNOWN, 4 NOT_FROZEN, CONFIRMATION_WRONG, STILL_DIFFERENT, VENUE_UNREACHABLE */
export async function releaseFrozen(db: Database, command: ReleaseCommand, by: string): Promise<Released> {
  const { account, phrase } = command;
  const standing = await standingOf(db, account);
  if (standing === undefined || standing.frozen === null) {
    throw refused(problem('NOT_FROZEN', '--account', account, 'an account that is frozen'));
  }
  if (!isSamePhrase(phrase, releasePhrase(standing))) {
    const hint = `npm run reconcile -- --account ${account}`;
    throw refused(problem('CONFIRMATION_WRONG', '--confirm', phrase, 'the phrase of this very freeze', hint));
  }
  await untilEqual(db, command, await withoutFills(db, command, by), by);
  await inTransaction(db, (trx) => releaseAccount(trx, account, by, command.reason, Date.now()));
  return { ok: true, account, reason: command.reason, by };
}

async function compareOnly(db: Database, account: string): Promise<ComparedAccount> {
  const [compared] = await compareAccounts(db, account);
  if (compared === undefined) throw new Error(`account ${account} was not compared`);
  return compared;
}

/** The comparison, once the fills that a person has accepted are set aside. */
async function withoutFills(db: Database, command: ReleaseCommand, by: string): Promise<ComparedAccount> {
  const compared = await compareOnly(db, command.account);
  const isForeign = compared.differences.some((one) => one.kind === 'foreignFill');
  if (!command.acceptFills || compared.verdict !== 'different' || !isForeign) return compared;
  await setForeignAside(db, command, compared, by);
  return compareOnly(db, command.account);
}

/**
 * A difference in cash alone may be accepted: it was paid in or out at the venue, as fees, interest, dividends are. Not
 * one that an order under way may explain, nor after a fill that came since.
 */
async function untilEqual(
  db: Database,
  { account, reason, acceptCash }: ReleaseCommand,
  compared: ComparedAccount,
  by: string,
): Promise<void> {
  if (compared.verdict === 'equal') return;
  if (compared.verdict === 'unreachable') {
    throw refused(problem('VENUE_UNREACHABLE', account, compared.reason ?? '', 'a venue that answers'));
  }
  const [first, ...more] = compared.differences;
  const isCashAlone = compared.verdict === 'different' && first?.kind === 'cash' && more.length === 0;
  if (!acceptCash || !isCashAlone) throw stillDifferent(compared);
  const told = { accountId: account, cash: first.theirs, ours: first.ours };
  if (!(await acceptVenueCash(db, { ...told, by, reason, atMs: Date.now() }))) throw stillDifferent(compared);
  const again = await compareOnly(db, account);
  if (again.verdict !== 'equal') throw stillDifferent(again);
}

const stillDifferent = ({ accountId, differences, verdict }: ComparedAccount): InvalidInput =>
  refused(
    ...(differences.length === 0
      ? [problem('STILL_DIFFERENT', accountId, verdict, 'books and venue that are equal')]
      : differences.map((one) =>
          problem(
            'STILL_DIFFERENT',
            `${one.kind} ${one.what}`,
            one.theirs,
            one.ours,
            one.kind === 'foreignFill' ? ACCEPT_FILLS : 'put it right at the venue first',
          ),
        )),
  );

const refused = (...problems: Problem[]): InvalidInput => new InvalidInput(problems, REFUSED);
