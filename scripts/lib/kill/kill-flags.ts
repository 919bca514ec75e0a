/** The command line of `npm run kill`: one of three things to do, and what each of them needs. */
import { Command } from '@commander-js/extra-typings';
import { nearestName } from '../../../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { VENUE_NAMES, type VenueName } from '../../../schemas/venue.ts';
import { oneLine, parseFlags, reasonProblems } from '../flags.ts';

export type KillCommand =
  | { readonly kind: 'set'; readonly reason: string; readonly venue: VenueName | null }
  | { readonly kind: 'status'; readonly venue: VenueName | null }
  | { readonly kind: 'clear'; readonly phrase: string };

const REFUSED = 4;

/** @throws InvalidInput: exit code 2 with every mistake; 4 CONFIRMATION_MISSING */
export function readKillCommand(argv?: readonly string[]): KillCommand {
  const program = new Command('kill')
    .description('Stops all sending of orders and cancels what is open, straight at the venues. A person clears it.')
    .option('--reason <text>', 'why; sets the switch and cancels everything')
    .option('--venue <name>', `only cancel here: ${VENUE_NAMES.join(', ')}; the switch itself is for all`)
    .option('--status', 'what is set, which venues answer, and the phrase for --clear')
    .option('--clear', 'clears the switch, with --confirm')
    .option('--confirm [phrase]', 'the phrase that --status prints')
    .option('--json', 'one JSON document on stdout');
  parseFlags(program, () => mistakes(program.opts()), argv);
  const options = program.opts();
  const venue = VENUE_NAMES.find((name) => name === options.venue) ?? null;
  if (options.status === true) return { kind: 'status', venue };
  if (options.clear !== true) return { kind: 'set', reason: oneLine(options.reason ?? ''), venue };
  const { confirm } = options;
  if (typeof confirm !== 'string' || confirm.trim() === '') throw confirmationMissing();
  return { kind: 'clear', phrase: confirm };
}

type Options = {
  readonly reason?: string;
  readonly venue?: string;
  readonly status?: true;
  readonly clear?: true;
  readonly confirm?: string | true;
};

function mistakes({ reason, venue, status, clear, confirm }: Options): Problem[] {
  const wanted = [
    ...(reason === undefined ? [] : ['--reason']),
    ...(status === true ? ['--status'] : []),
    ...(clear === true ? ['--clear'] : []),
  ];
  return [
    ...(wanted.length === 0
      ? [problem('ARGUMENT_MISSING', '--reason', undefined, '--reason, --status or --clear')]
      : []),
    ...(wanted.length > 1 ? [problem('ARGUMENT_CONFLICT', wanted[1] ?? '', wanted.join(' '), 'one of them')] : []),
    ...(reason === undefined ? [] : reasonProblems('--reason', oneLine(reason))),
    ...(venue === undefined ? [] : venueProblems(venue, clear === true)),
    ...(confirm !== undefined && clear !== true
      ? [problem('ARGUMENT_CONFLICT', '--confirm', 'without --clear', '--clear --confirm "<phrase>"')]
      : []),
  ];
}

function venueProblems(venue: string, isClear: boolean): Problem[] {
  if (isClear) return [problem('ARGUMENT_CONFLICT', '--venue', venue, 'no venue with --clear')];
  if (VENUE_NAMES.some((name) => name === venue)) return [];
  const near = nearestName(venue, VENUE_NAMES);
  const hint = near === null ? 'leave it out for all' : `did you mean ${near}`;
  return [problem('ARGUMENT_VALUE', '--venue', venue, VENUE_NAMES.join(' | '), hint)];
}

const confirmationMissing = (): InvalidInput =>
  new InvalidInput(
    [
      problem(
        'CONFIRMATION_MISSING',
        '--confirm',
        undefined,
        'the phrase that --status prints',
        'npm run kill -- --status, then --clear --confirm "<phrase>"',
      ),
    ],
    REFUSED,
  );
