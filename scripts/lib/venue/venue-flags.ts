/** The command line of `npm run venue`, read into the options of `startVenue`; all mistakes at once. */
import { Command } from '@commander-js/extra-typings';
import type { Problem } from '../../../schemas/problem.ts';
import { problem } from '../../../schemas/problem.ts';
import { parseFlags, wholeNumber } from '../flags.ts';
import type { FaultRates } from './faults.ts';
import { type Credentials, DEFAULT_CREDENTIALS, type VenueOptions } from './start-venue.ts';

const MOST = 1_000_000_000;
const PROFILES = ['lifetime-unique', 'open-only'] as const;

/** @throws InvalidInput with every mistake */
export function readVenueFlags(argv: readonly string[]): VenueOptions {
  const command = venueCommand();
  const problems: Problem[] = [];
  let options: VenueOptions | null = null;
  const check = (): readonly Problem[] => {
    options = readOptions(command.opts(), problems);
    return problems;
  };
  parseFlags(command, check, argv);
  if (options === null) throw new Error('the flags were not read');
  return options;
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

const venueCommand = () =>
  new Command('venue')
    .option(
      '--profile <name>',
      "lifetime-unique: a client's order id is used up for good; open-only: while open",
      PROFILES[0],
    )
    .option('--port <number>', 'on 127.0.0.1; 0 is a free one', '0')
    .option('--journal <file>', 'what happened, one JSON line each; started again it goes on from there')
    .option('--journal-rollback <lines>', 'forget so many last lines first', '0')
    .option('--seed <number>', 'of prices and faults', '1')
    .option('--key <key>', `API key, may be repeated: one account each (${DEFAULT_CREDENTIALS.key})`, collect)
    .option('--secret <secret>', `of the key at the same place (${DEFAULT_CREDENTIALS.secret})`, collect)
    .option('--live', 'answer as a live account')
    .option('--cash <amount>', 'of a new account', '100000')
    .option('--tick-ms <ms>', 'a step of the market; 0: only by /control', '1000')
    .option('--cut-before <fraction>', 'orders and cancels whose connection is cut before the effect', '0')
    .option('--cut-after <fraction>', 'the same after the effect: the reply is never sent', '0')
    .option('--cut-read <fraction>', 'reads whose connection is cut', '0')
    .option('--read-lag-ms <ms>', 'reads answer what was true up to so long ago', '0')
    .option('--slow-ms <ms>', 'requests wait up to so long', '0')
    .option('--status <code:fraction>', '503:0.02, may be repeated; 504 comes after the effect, others before', collect)
    .option('--rate-limit <number>', 'requests a minute and account, then 429; 0: none', '0')
    .option('--clock-skew-ms <ms>', 'how far the clock is off', '0')
    .option('--garbage <fraction>', 'replies of status 200 that are HTML or broken JSON', '0')
    .option('--partial <fraction>', 'orders that fill in two parts', '0')
    .option('--cancel-race <fraction>', 'cancels that arrive after a fill', '0')
    .option('--received-fee <fraction>', 'of what a fill of a coin brings: coins of a buy, money of a sale', '0')
    .option('--numeric-ids', 'ids as JSON numbers beyond 2^53')
    .option('--strict', 'refuse what Alpaca refuses of coins (classes, day, plain stops) and fractions of shares')
    .option('--json', 'the ready line as JSON');

type Flags = ReturnType<ReturnType<typeof venueCommand>['opts']>;

function readOptions(flags: Flags, problems: Problem[]): VenueOptions {
  const whole = (flag: string, text: string, least = 0, most = MOST): number =>
    wholeNumber(flag, text, least, most, problems);
  const profile = PROFILES.find((name) => name === flags.profile);
  if (profile === undefined)
    problems.push(problem('ARGUMENT_VALUE', '--profile', flags.profile, PROFILES.join(' or ')));
  if (flags.journal === undefined)
    problems.push(problem('ARGUMENT_MISSING', '--journal', undefined, 'a file', '--journal venue.jsonl'));
  if (!/^\d+(\.\d+)?$/.test(flags.cash))
    problems.push(problem('ARGUMENT_VALUE', '--cash', flags.cash, 'an amount such as 100000 or 2500.50'));
  return {
    profile: profile ?? PROFILES[0],
    journal: flags.journal ?? '',
    port: whole('--port', flags.port, 0, 65_535),
    journalRollback: whole('--journal-rollback', flags.journalRollback),
    seed: whole('--seed', flags.seed),
    tickMs: whole('--tick-ms', flags.tickMs),
    cash: flags.cash,
    credentials: readCredentials(flags, problems),
    isLive: flags.live ?? false,
    hasNumericIds: flags.numericIds ?? false,
    isStrict: flags.strict ?? false,
    receivedFee: readFraction('--received-fee', flags.receivedFee, problems),
    faults: readFaults(flags, problems, whole),
  };
}

function readCredentials(flags: Flags, problems: Problem[]): Credentials[] {
  const keys = flags.key ?? [DEFAULT_CREDENTIALS.key];
  const secrets = flags.secret ?? [DEFAULT_CREDENTIALS.secret];
  if (keys.length === secrets.length && new Set(keys).size === keys.length)
    return keys.map((key, index) => ({ key, secret: secrets[index] ?? '' }));
  problems.push(
    problem('ARGUMENT_VALUE', '--key', keys.length, `different keys, one --secret each (${secrets.length})`),
  );
  return [];
}

function readFraction(flag: string, text: string, problems: Problem[]): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  problems.push(problem('ARGUMENT_VALUE', flag, text, 'a fraction from 0 to 1', '0.05 is one in twenty'));
  return 0;
}

type ReadWhole = (flag: string, text: string, least?: number) => number;

function readFaults(flags: Flags, problems: Problem[], whole: ReadWhole): FaultRates {
  const fraction = (flag: string, text: string): number => readFraction(flag, text, problems);
  const codes = new Set<string>();
  const status = (flags.status ?? []).map((text): [string, number] => {
    const [, code = '', rate = '0'] = /^([45]\d\d):([^:]*)$/.exec(text) ?? [];
    if (code === '' || codes.has(code))
      problems.push(
        problem('ARGUMENT_VALUE', '--status', text, 'CODE:FRACTION, each code from 400 to 599 once', '503:0.02'),
      );
    codes.add(code);
    return [code, fraction('--status', rate)];
  });
  return {
    cutBefore: fraction('--cut-before', flags.cutBefore),
    cutAfter: fraction('--cut-after', flags.cutAfter),
    cutRead: fraction('--cut-read', flags.cutRead),
    garbage: fraction('--garbage', flags.garbage),
    partial: fraction('--partial', flags.partial),
    cancelRace: fraction('--cancel-race', flags.cancelRace),
    readLagMs: whole('--read-lag-ms', flags.readLagMs),
    slowMs: whole('--slow-ms', flags.slowMs),
    clockSkewMs: whole('--clock-skew-ms', flags.clockSkewMs, -MOST),
    rateLimitPerMinute: whole('--rate-limit', flags.rateLimit),
    status: Object.fromEntries(status),
  };
}
