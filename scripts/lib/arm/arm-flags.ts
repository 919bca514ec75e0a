/** The command line of `npm run arm`: one of three things to do, and what each of them needs. */
import { Command } from '@commander-js/extra-typings';
import { ARMED_MINUTES_MAX, isLiveAccount, LIVE_ACCOUNT_IDS } from '../../../schemas/arming.ts';
import { nearestName } from '../../../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { oneLine, parseFlags, reasonProblems, wholeNumber } from '../flags.ts';

type Asked = { readonly account: string; readonly strategies: readonly string[] };
export type ArmCommand =
  | ({
      readonly kind: 'arm';
      readonly minutes: number;
      readonly phrase: string;
      readonly override: string | null;
    } & Asked)
  | ({ readonly kind: 'status' } & Asked)
  | { readonly kind: 'disarm'; readonly account: string };

export const REFUSED = 4;
const ID_LENGTH_MAX = 200;

/** @throws InvalidInput: exit code 2 with every mistake; 4 CONFIRMATION_MISSING */
export function readArmCommand(argv?: readonly string[]): ArmCommand {
  const program = new Command('arm')
    .description('Lets a live account trade for a time. A person only: the phrase that --status prints must be typed.')
    .option('--account <id>', `the live account: ${LIVE_ACCOUNT_IDS.join(', ')}`)
    .option('--minutes <count>', `how long, 1 to ${ARMED_MINUTES_MAX}`)
    .option('--strategy <id>', 'a strategy that is meant; may be repeated', collect, [])
    .option('--override <reason>', 'arms without a paper record; audited')
    .option('--confirm [phrase]', 'the phrase that --status prints')
    .option('--disarm', 'takes the arming back')
    .option('--status', 'what is armed, the paper records, and the phrase for --confirm')
    .option('--json', 'one JSON document on stdout');
  parseFlags(program, () => mistakes(program.opts()), argv);
  const { account = LIVE_ACCOUNT_IDS[0], minutes, strategy, override, confirm, ...rest } = program.opts();
  const strategies = [...new Set(strategy)];
  if (rest.status === true) return { kind: 'status', account, strategies };
  if (rest.disarm === true) return { kind: 'disarm', account };
  if (typeof confirm !== 'string' || confirm.trim() === '') throw confirmationMissing();
  const reason = override === undefined ? null : oneLine(override);
  return { kind: 'arm', account, strategies, minutes: Number(minutes), phrase: confirm, override: reason };
}

const collect = (id: string, before: string[]): string[] => [...before, id];

type Options = {
  readonly account?: string;
  readonly minutes?: string;
  readonly strategy: readonly string[];
  readonly override?: string;
  readonly confirm?: string | true;
  readonly disarm?: true;
  readonly status?: true;
};

function mistakes(options: Options): Problem[] {
  const { account, minutes, strategy, override, confirm } = options;
  const does = options.status === true ? '--status' : options.disarm === true ? '--disarm' : null;
  const problems = [
    ...(options.status === true && options.disarm === true ? [conflict('--disarm', '--status')] : []),
    ...(account === undefined ? (does === '--status' ? [] : [missing('--account', LIVE_ACCOUNT_IDS.join(' | '))]) : []),
    ...(account === undefined ? [] : accountProblems(account)),
    ...(does === null && minutes === undefined ? [missing('--minutes', `1 to ${ARMED_MINUTES_MAX}`)] : []),
    ...(override === undefined ? [] : reasonProblems('--override', oneLine(override))),
    ...strategy.flatMap(strategyProblems),
    ...(does === null ? [] : strayFlags(does, { minutes, override, confirm })),
    ...(does === '--disarm' && strategy.length > 0 ? [conflict('--strategy', does)] : []),
  ];
  if (does === null && minutes !== undefined) wholeNumber('--minutes', minutes, 1, ARMED_MINUTES_MAX, problems);
  return problems;
}

const strayFlags = (does: string, values: Readonly<Record<string, unknown>>): Problem[] =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [conflict(`--${name}`, does)]));

function accountProblems(account: string): Problem[] {
  if (isLiveAccount(account)) return [];
  const near = nearestName(account, LIVE_ACCOUNT_IDS);
  const hint = near === null ? 'paper accounts need no arming' : `did you mean ${near}`;
  return [problem('ARGUMENT_VALUE', '--account', account, LIVE_ACCOUNT_IDS.join(' | '), hint)];
}

const strategyProblems = (id: string): Problem[] =>
  id.trim() === id && id !== '' && id.length <= ID_LENGTH_MAX
    ? []
    : [problem('ARGUMENT_VALUE', '--strategy', id, 'the id of a strategy', 'npm run arm -- --status lists them')];

const missing = (flag: string, expected: string): Problem => problem('ARGUMENT_MISSING', flag, undefined, expected);

const conflict = (flag: string, does: string): Problem =>
  problem('ARGUMENT_CONFLICT', flag, `with ${does}`, 'one of them');

const confirmationMissing = (): InvalidInput =>
  new InvalidInput(
    [
      problem(
        'CONFIRMATION_MISSING',
        '--confirm',
        undefined,
        'the phrase that --status prints',
        'npm run arm -- --status, then --confirm "<phrase>"',
      ),
    ],
    REFUSED,
  );
