/**
 * The flags of `npm run backtest`, checked before anything is opened, all mistakes at once. What comes out is the very
 * input a strategy session takes, so that the plain loop and a session are asked the same question.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { IndicatorSeed } from '../../../schemas/features.ts';
import { problem } from '../../../schemas/problem.ts';
import { STRATEGY_TYPES } from '../../../schemas/signals.ts';
import { directionSchema } from '../../../schemas/strategy-session.ts';
import { parseFlags, wholeNumber } from '../flags.ts';
import type { SessionRequest } from '../session-run.ts';
import {
  basisPoints,
  cashText,
  instantText,
  intervalMsOf,
  oneOf,
  type Problems,
  strategyParameters,
  strategyType,
  symbolList,
} from './flag-values.ts';

export type BacktestFlags = {
  readonly request: SessionRequest;
  readonly seedIndicators: IndicatorSeed;
  readonly via: 'loop' | 'session';
  /** Bars come from Postgres. */
  readonly stored: boolean;
  readonly html: string | null;
};

const COUNT_MAX = 1_000_000;
const SEED_MAX = 4_294_967_295;
const DEFAULT_SYMBOL = 'BTC/USDT';
const DEFAULT_INTERVAL = '1h';
const LATER = 'comes with the fast engine';

const program = () =>
  new Command('backtest')
    .description('Walks one strategy over bars and prints trades, equity and figures.')
    .option('--strategy <name>', `one of ${STRATEGY_TYPES.join(', ')}`)
    .option('--params <list>', 'parameters of the strategy: lookback=20,threshold=0.02')
    .option('--symbol <symbols>', 'such as BTC/USDT, or several: BTC/USDT,ETH/USDT')
    .option('--interval <interval>', 'time between two bars, such as 1h')
    .option('--bars <file>', 'bars of a CSV file (plain or gz); without it those stored in Postgres')
    .option('--synthetic <count>', 'walk so many synthetic bars instead')
    .option('--seed <number>', 'seed of the synthetic bars (default 1)')
    .option('--from <instant>', 'the first open time, ISO-8601')
    .option('--to <instant>', 'the first open time that is left out')
    .option('--cash <amount>', 'what the account starts with', '10000')
    .option('--direction <direction>', directionSchema.options.join(', '), 'longOnly')
    .option('--commission <bps>', 'of the value of each fill', 'bps:5')
    .option('--slippage <bps>', 'against each order that takes the price', 'bps:2')
    .option('--half-spread <bps>', 'against each order that takes the price', 'bps:1')
    .option('--seed-indicators <convention>', 'talib or stockcharts', 'talib')
    .option('--fill <rule>', 'nextOpen: decided at a close, filled at the next open', 'nextOpen')
    .option('--size <rule>', LATER)
    .option('--close-last <rule>', 'keep: what is open at the end stays open', 'keep')
    .option('--via <way>', 'loop: in this process; session: a strategySession on the desk', 'loop')
    .option('--html <file>', 'write the report as a page')
    .option('--json', 'one JSON document on stdout');

type Given = ReturnType<ReturnType<typeof program>['opts']>;

/** @throws InvalidInput (exit code 2) with every mistake */
export function readBacktestFlags(argv: readonly string[] = process.argv.slice(2)): BacktestFlags {
  const command = program();
  const problems: Problems = [];
  let flags: BacktestFlags | null = null;
  parseFlags(
    command,
    () => {
      flags = flagsOf(command.opts(), problems);
      return problems;
    },
    argv,
  );
  return flags ?? flagsOf(command.opts(), []);
}

function flagsOf(given: Given, problems: Problems): BacktestFlags {
  const { bars, synthetic } = given;
  checkBuilt(given, problems);
  checkSource(given, problems);
  const via = oneOf('--via', given.via, ['loop', 'session'], problems, viaHint(given.via)) ?? 'loop';
  const seedIndicators =
    oneOf('--seed-indicators', given.seedIndicators, ['talib', 'stockcharts'], problems) ?? 'talib';
  if (via === 'session' && seedIndicators !== 'talib') {
    const hint = 'sessions use the product’s convention; --via loop takes both';
    problems.push(problem('ARGUMENT_VALUE', '--seed-indicators', seedIndicators, 'talib with --via session', hint));
  }
  return {
    request: requestOf(given, problems),
    seedIndicators,
    via,
    stored: bars === undefined && synthetic === undefined,
    html: given.html === undefined ? null : path.resolve(given.html),
  };
}

const viaHint = (via: string): string => (via === 'engine' || via === 'workflow' ? LATER : '');

function requestOf(given: Given, problems: Problems): SessionRequest {
  const type = given.strategy === undefined ? null : strategyType(given.strategy, problems);
  const parameters = strategyParameters(given.params ?? '', type, problems);
  return {
    accountId: 'paper-1',
    strategy: { type: type ?? 'momentum', parameters },
    symbols: symbolList(given.symbol ?? DEFAULT_SYMBOL, problems),
    tradingMode: 'backtest',
    barIntervalMs: intervalMsOf(given.interval ?? DEFAULT_INTERVAL, problems),
    market: marketOf(given, problems),
    direction: oneOf('--direction', given.direction, directionSchema.options, problems) ?? 'longOnly',
    startingCash: cashText(given.cash, problems),
    costs: {
      commissionBps: basisPoints('--commission', given.commission, problems),
      slippageBps: basisPoints('--slippage', given.slippage, problems),
      halfSpreadBps: basisPoints('--half-spread', given.halfSpread, problems),
    },
    seed: wholeNumber('--seed', given.seed ?? '1', 0, SEED_MAX, problems),
  };
}

/** What the public page names and this build does not do is refused, unless it is what happens anyway. */
function checkBuilt({ fill, size, closeLast }: Given, problems: Problems): void {
  oneOf('--fill', fill, ['nextOpen'], problems, fill === 'close' ? LATER : '');
  oneOf('--close-last', closeLast, ['keep'], problems, closeLast === 'open' || closeLast === 'close' ? LATER : '');
  if (size === undefined) return;
  const expected = 'no --size: positions are sized by the strategy, the stop and the limits';
  problems.push(problem('ARGUMENT_VALUE', '--size', size, expected, LATER));
}

function checkSource(given: Given, problems: Problems): void {
  const { bars, synthetic, seed, from, to } = given;
  const missing = (flag: string, what: string) =>
    problems.push(problem('ARGUMENT_MISSING', flag, undefined, what, 'see --help'));
  const beside = (flag: string, got: unknown, other: string) =>
    problems.push(problem('ARGUMENT_VALUE', flag, got, `no ${flag} ${other}`, 'leave it out'));
  if (given.strategy === undefined) missing('--strategy', `one of ${STRATEGY_TYPES.join(', ')}`);
  if (synthetic === undefined && given.symbol === undefined) missing('--symbol', 'a symbol such as BTC/USDT');
  if (synthetic === undefined && given.interval === undefined) missing('--interval', 'an interval such as 1h');
  if (synthetic === undefined && seed !== undefined) beside('--seed', seed, 'without --synthetic');
  if (synthetic !== undefined && bars !== undefined) beside('--synthetic', synthetic, 'beside --bars');
  if (synthetic !== undefined && from !== undefined) beside('--from', from, 'with --synthetic');
  if (synthetic !== undefined && to !== undefined) beside('--to', to, 'with --synthetic');
  if (bars === undefined) return;
  if (!existsSync(bars)) problems.push(problem('ARGUMENT_VALUE', '--bars', bars, 'a file that exists'));
  if (given.symbol?.includes(',') === true) beside('--bars', bars, 'with several symbols: import them first');
}

function marketOf({ bars, synthetic, from, to }: Given, problems: Problems): SessionRequest['market'] {
  if (synthetic !== undefined) {
    return { source: 'synthetic', count: wholeNumber('--synthetic', synthetic, 1, COUNT_MAX, problems) };
  }
  const first = instantText('--from', from, problems);
  const end = instantText('--to', to, problems);
  if (first !== undefined && end !== undefined && !(Date.parse(end) > Date.parse(first))) {
    problems.push(problem('INPUT_RANGE', '--to', to, `an instant after --from (${from})`));
  }
  return {
    source: 'replay',
    ...(bars === undefined ? {} : { file: path.resolve(bars) }),
    ...(first === undefined ? {} : { from: first }),
    ...(end === undefined ? {} : { to: end }),
  };
}
