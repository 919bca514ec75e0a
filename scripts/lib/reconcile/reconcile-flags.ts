/** The command line of `npm run reconcile`: compare, or release. All mistakes at once. */
import { Command } from '@commander-js/extra-typings';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { oneLine, parseFlags, reasonProblems } from '../flags.ts';

export type ReleaseCommand = {
  readonly kind: 'release';
  readonly account: string;
  readonly reason: string;
  readonly phrase: string;
  readonly acceptCash: boolean;
};
export type ReconcileCommand = ReleaseCommand | { readonly kind: 'compare'; readonly account: string | null };

const REFUSED = 4;

/** @throws InvalidInput: exit code 2 with every mistake; 4 CONFIRMATION_MISSING */
export function readReconcileCommand(argv?: readonly string[]): ReconcileCommand {
  const program = new Command('reconcile')
    .description('Compares books and venues. A person releases a frozen account with the phrase that is printed.')
    .option('--account <id>', 'one account; all when left out')
    .option('--release', 'lets a frozen account trade again, when books and venue are equal')
    .option('--accept-cash', 'with --release: what the venue has more or less in cash was paid in or out there')
    .option('--reason <text>', 'with --release: what had happened; audited')
    .option('--confirm [phrase]', 'with --release: the phrase that a comparison prints')
    .option('--json', 'one JSON document on stdout');
  parseFlags(program, () => mistakes(program.opts()), argv);
  const { account, release, reason, confirm, acceptCash } = program.opts();
  if (release !== true) return { kind: 'compare', account: account ?? null };
  if (typeof confirm !== 'string' || confirm.trim() === '') throw confirmationMissing();
  return {
    kind: 'release',
    account: account ?? '',
    reason: oneLine(reason ?? ''),
    phrase: confirm,
    acceptCash: acceptCash === true,
  };
}

type Options = {
  readonly account?: string;
  readonly release?: true;
  readonly acceptCash?: true;
  readonly reason?: string;
  readonly confirm?: string | true;
};

function mistakes({ account, release, acceptCash, reason, confirm }: Options): Problem[] {
  if (release !== true) {
    const stray = { '--accept-cash': acceptCash, '--reason': reason, '--confirm': confirm };
    return Object.entries(stray).flatMap(([flag, value]) =>
      value === undefined ? [] : [problem('ARGUMENT_CONFLICT', flag, 'without --release', `--release ${flag} …`)],
    );
  }
  return [
    ...(account === undefined ? [problem('ARGUMENT_MISSING', '--account', undefined, 'the frozen account')] : []),
    ...(reason === undefined
      ? [problem('ARGUMENT_MISSING', '--reason', undefined, 'what had happened')]
      : reasonProblems('--reason', oneLine(reason))),
  ];
}

function confirmationMissing(): InvalidInput {
  const expected = 'the phrase that a comparison prints';
  const hint = 'npm run reconcile -- --account A, then --confirm "<phrase>"';
  return new InvalidInput([problem('CONFIRMATION_MISSING', '--confirm', undefined, expected, hint)], REFUSED);
}
