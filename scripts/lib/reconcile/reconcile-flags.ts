/** The command line of `npm run reconcile`: compare, release, or settle. All mistakes at once. */
import { Command } from '@commander-js/extra-typings';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { oneLine, parseFlags, reasonProblems } from '../flags.ts';

export type ReleaseCommand = {
  readonly kind: 'release';
  readonly account: string;
  readonly reason: string;
  readonly phrase: string;
  readonly acceptCash: boolean;
  readonly acceptFills: boolean;
};
export type SettleCommand = {
  readonly kind: 'settle';
  readonly account: string;
  readonly order: string;
  readonly reason: string;
  readonly phrase: string;
};
export type ReconcileCommand =
  | ReleaseCommand
  | SettleCommand
  | { readonly kind: 'compare'; readonly account: string | null };

const REFUSED = 4;

/** @throws InvalidInput: exit code 2 with every mistake; 4 CONFIRMATION_MISSING */
export function readReconcileCommand(argv?: readonly string[]): ReconcileCommand {
  const program = new Command('reconcile')
    .description('Compares books and venues. A person releases a frozen account with the phrase that is printed.')
    .option('--account <id>', 'one account; all when left out')
    .option('--release', 'lets a frozen account trade again, when books and venue are equal')
    .option('--accept-cash', 'with --release: what the venue has more or less in cash was paid in or out there')
    .option('--accept-fills', 'with --release: fills there that no order here has room for are set aside, never booked')
    .option('--settle <order>', 'ends an order in state MANUAL that the venue does not have')
    .option('--as <end>', 'with --settle: absent')
    .option('--reason <text>', 'with --release or --settle: what had happened; audited')
    .option('--confirm [phrase]', 'with --release or --settle: the phrase that a comparison prints')
    .option('--json', 'one JSON document on stdout');
  parseFlags(program, () => mistakes(program.opts()), argv);
  const { account, release, settle, reason, confirm, acceptCash, acceptFills } = program.opts();
  if (release !== true && settle === undefined) return { kind: 'compare', account: account ?? null };
  if (typeof confirm !== 'string' || confirm.trim() === '') throw confirmationMissing();
  const told = { account: account ?? '', reason: oneLine(reason ?? ''), phrase: confirm };
  if (settle !== undefined) return { kind: 'settle', order: settle, ...told };
  return { kind: 'release', ...told, acceptCash: acceptCash === true, acceptFills: acceptFills === true };
}

type Options = {
  readonly account?: string;
  readonly release?: true;
  readonly acceptCash?: true;
  readonly acceptFills?: true;
  readonly settle?: string;
  readonly as?: string;
  readonly reason?: string;
  readonly confirm?: string | true;
};

function mistakes(options: Options): Problem[] {
  const { account, release, settle, reason } = options;
  const strays = strayFlags(options);
  if (release !== true && settle === undefined) return strays;
  return [
    ...strays,
    ...(settle === undefined || options.as === 'absent'
      ? []
      : [problem('ARGUMENT_VALUE', '--as', options.as, 'absent')]),
    ...(account === undefined ? [problem('ARGUMENT_MISSING', '--account', undefined, 'the account it is about')] : []),
    ...(reason === undefined
      ? [problem('ARGUMENT_MISSING', '--reason', undefined, 'what had happened')]
      : reasonProblems('--reason', oneLine(reason))),
  ];
}

/** Flags of what is not asked for. */
function strayFlags({ release, settle, as, acceptCash, acceptFills, reason, confirm }: Options): Problem[] {
  const flagsOf = (flags: Record<string, unknown>, needs: string): Problem[] =>
    Object.entries(flags).flatMap(([flag, value]) =>
      value === undefined ? [] : [problem('ARGUMENT_CONFLICT', flag, `without ${needs}`, `${needs} ${flag} …`)],
    );
  const isEither = release === true || settle !== undefined;
  return [
    ...(release === true ? flagsOf({ '--settle': settle }, 'another call') : []),
    ...(release === true ? [] : flagsOf({ '--accept-cash': acceptCash, '--accept-fills': acceptFills }, '--release')),
    ...(settle === undefined ? flagsOf({ '--as': as }, '--settle') : []),
    ...(isEither ? [] : flagsOf({ '--reason': reason, '--confirm': confirm }, '--release')),
  ];
}

function confirmationMissing(): InvalidInput {
  const expected = 'the phrase that a comparison prints';
  const hint = 'npm run reconcile -- --account A, then --confirm "<phrase>"';
  return new InvalidInput([problem('CONFIRMATION_MISSING', '--confirm', undefined, expected, hint)], REFUSED);
}
