/**
 * The flags of `npm run backtest`, checked before anything is opened, all mistakes at once. What comes out is the very
 * input a strategy session takes, so that loop, engine and session are asked the same question, and beside it what only
 * the engine can do. A strategy is tried alone, without an advisor.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { PLAN_FORMS } from '../../../domain/engine/plan-texts.ts';
import type { ResearchFields } from '../../../domain/engine/research-plan.ts';
import type { FileParameters } from '../../../domain/engine/strategy-file.ts';
import type { IndicatorSeed } from '../../../schemas/features.ts';
import { problem } from '../../../schemas/problem.ts';
import { isTwoLegged, STRATEGY_TYPES, type StrategyType } from '../../../schemas/signals.ts';
import { type Direction, directionSchema } from '../../../schemas/strategy-session.ts';
import { parseFlags, wholeNumber } from '../flags.ts';
import type { SessionRequest } from '../session-run.ts';
import { pageProblems } from '../whole-file.ts';
import { engineFields, isResearch } from './engine-flags.ts';
import {
  cashText,
  instantText,
  intervalMsOf,
  isStrategyFile,
  numberWithin,
  oneOf,
  type Problems,
  strategyParameters,
  strategyType,
  symbolList,
} from './flag-values.ts';

export type BacktestFlags = {
  readonly request: SessionRequest;
  readonly seedIndicators: IndicatorSeed;
  readonly via: 'loop' | 'engine' | 'session' | 'workflow';
  readonly engine: ResearchFields;
  /** A strategy file with its parameters, instead of the request's strategy. */
  readonly file: { readonly path: string; readonly parameters: FileParameters } | null;
  /** The flags as they were typed: the input of a backtest by workflow. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Tests of a walk-forward; null where none was asked for. */
  readonly walkForward: number | null;
  /** Bars come from Postgres. */
  readonly stored: boolean;
  readonly html: string | null;
};

const COUNT_MAX = 1_000_000;
const FOLDS_MAX = 100;
const SEED_MAX = 4_294_967_295;
const DEFAULT_SYMBOL = 'BTC/USDT';
const DEFAULT_INTERVAL = '1h';

const program = () =>
  new Command('backtest')
    .description('Walks one strategy over bars and prints trades, equity and figures.')
    .option('--strategy <name>', `one of ${STRATEGY_TYPES.join(', ')}, or a strategy file (.ts, .js)`)
    .option('--params <list>', 'parameters of the strategy: lookback=20,threshold=0.02')
    .option('--symbol <symbols>', 'such as BTC/USDT, or several: BTC/USDT,ETH/USDT')
    .option('--interval <interval>', 'time between two bars, such as 1h')
    .option('--bars <file>', 'bars of a CSV file (plain or gz); without it those stored in Postgres')
    .option('--synthetic <count>', 'walk so many synthetic bars instead')
    .option('--seed <number>', 'seed of the synthetic bars (default 1)')
    .option('--from <instant>', 'the first open time, ISO-8601')
    .option('--to <instant>', 'the first open time that is left out')
    .option('--cash <amount>', 'what the account starts with', '10000')
    .option('--direction <direction>', `${directionSchema.options.join(', ')} (default longOnly; pairs: longShort)`)
    .option('--commission <model>', PLAN_FORMS.commission, 'bps:5')
    .option('--slippage <model>', PLAN_FORMS.slippage, 'bps:2')
    .option('--half-spread <bps>', 'against each order that takes the price (desk: bps:1, else none)')
    .option('--volume-limit <share>', 'of a bar’s volume that orders may take (desk: 0.025, else no limit)')
    .option('--seed-indicators <convention>', 'talib or stockcharts', 'talib')
    .option('--fill <rule>', 'nextOpen: decided at a close, filled at the next open; close: at that close', 'nextOpen')
    .option('--size <rule>', `${PLAN_FORMS.size}; without it the desk’s size`)
    .option('--close-last <rule>', 'what is open in the last bar: sold at its open or close, or kept', 'keep')
    .option('--rules <which>', 'desk: its limits; none: only the flags (with files, --size, other costs)')
    .option('--leverage <times>', '1 to 10', '1')
    .option('--target-volatility <a year>', 'the leverage manager decides, up to --leverage; under the desk’s rules')
    .option('--stop-atr <times>', 'a stop so many ATR14 from the fill (desk: 2, else none)')
    .option('--target-atr <times>', 'a target so many ATR14 from the fill')
    .option('--trail-atr <times>', 'a stop that follows the close at so many ATR14')
    .option('--max-hold <bars>', 'out after so many bars')
    .option('--funding <rate>', 'paid by leveraged longs at 00, 08 and 16 UTC', '0')
    .option('--borrow <rate>', 'paid by shorts, a year', '0')
    .option('--walk-forward <folds>', 'judge the run in so many tests, one after the other, after a first part')
    .option(
      '--via <way>',
      'loop or engine: in this process; session, workflow: on the desk (default loop; engine where needed)',
    )
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
  const { bars, synthetic, strategy } = given;
  const engine = engineFields(given, problems);
  checkSource(given, problems);
  problems.push(...pageProblems(given.html));
  const via = viaOf(given, engine, problems);
  const seedIndicators =
    oneOf('--seed-indicators', given.seedIndicators, ['talib', 'stockcharts'], problems) ?? 'talib';
  if (via === 'session' && seedIndicators !== 'talib') {
    const hint = 'sessions use the product’s convention; --via loop takes both';
    problems.push(problem('ARGUMENT_VALUE', '--seed-indicators', seedIndicators, 'talib with --via session', hint));
  }
  const isFile = strategy !== undefined && isStrategyFile(strategy);
  return {
    request: requestOf(given, engine, problems),
    seedIndicators,
    via,
    given: typedFlags(given),
    engine,
    file: isFile ? fileOf(strategy, given.params ?? '', problems) : null,
    walkForward: foldsOf(given, problems),
    stored: bars === undefined && synthetic === undefined,
    html: given.html === undefined ? null : path.resolve(given.html),
  };
}

const foldsOf = ({ walkForward }: Given, problems: Problems): number | null =>
  walkForward === undefined ? null : wholeNumber('--walk-forward', walkForward, 1, FOLDS_MAX, problems);

/** How a run is made and shown is not part of what is run. */
function typedFlags({ via: _via, html: _html, json: _json, bars, ...flags }: Given): Record<string, unknown> {
  const asked = { symbol: DEFAULT_SYMBOL, interval: DEFAULT_INTERVAL, ...flags };
  return bars === undefined ? asked : { ...asked, bars: path.resolve(bars) };
}

/** What the desk's own step cannot do is the engine's, also under the desk's rules; two legs are loop's and session's. */
function viaOf(given: Given, engine: ResearchFields, problems: Problems): BacktestFlags['via'] {
  const needsEngine = isResearch(given, engine);
  const way = given.via ?? (needsEngine ? 'engine' : 'loop');
  const via = oneOf('--via', way, ['loop', 'engine', 'session', 'workflow'], problems) ?? 'loop';
  const isEngine = via === 'engine' || via === 'workflow';
  if (via === 'workflow' && isStrategyFile(given.strategy ?? '')) {
    const why = 'workers run no files of users: --via engine does, in this process';
    problems.push(problem('ARGUMENT_VALUE', '--via', via, 'engine with a strategy file', why));
  }
  if (!isEngine && needsEngine) {
    const why = 'sizes, costs and rules of their own and strategy files are the engine’s';
    problems.push(problem('ARGUMENT_VALUE', '--via', via, 'engine', why));
  }
  if (isEngine && isTwoLegged(given.strategy)) {
    problems.push(problem('ARGUMENT_VALUE', '--via', via, 'loop or session', 'the engine runs each symbol for itself'));
  }
  return via;
}

function fileOf(file: string, params: string, problems: Problems): NonNullable<BacktestFlags['file']> {
  if (!existsSync(file)) problems.push(problem('ARGUMENT_VALUE', '--strategy', file, 'a file that exists'));
  return { path: path.resolve(file), parameters: strategyParameters(params, null, problems) };
}

function requestOf(given: Given, engine: ResearchFields, problems: Problems): SessionRequest {
  const named = given.strategy === undefined || isStrategyFile(given.strategy) ? undefined : given.strategy;
  const type = named === undefined ? null : strategyType(named, problems);
  const parameters = type === null ? {} : strategyParameters(given.params ?? '', type, problems);
  return {
    accountId: 'paper-1',
    strategy: { type: type ?? 'momentum', parameters, ...levelsOf(engine) },
    symbols: symbolList(given.symbol ?? DEFAULT_SYMBOL, problems),
    tradingMode: 'backtest',
    components: ['technical'],
    barIntervalMs: intervalMsOf(given.interval ?? DEFAULT_INTERVAL, problems),
    market: marketOf(given, problems),
    direction: directionOf(given.direction, type, problems),
    startingCash: cashText(given.cash, problems),
    ...leverageOf(given, type, engine, problems),
    costs: costsOf(engine),
    seed: wholeNumber('--seed', given.seed ?? '1', 0, SEED_MAX, problems),
  };
}

const levelsOf = ({ stopAtr, targetAtr, maxHoldBars, leverage }: ResearchFields) => ({
  ...(stopAtr === null ? {} : { stopAtr }),
  targetAtr,
  maxHoldBars,
  leverage,
});

/** The leverage manager is the desk's: a run of its own sizes, costs or rules has none. */
function leverageOf(
  given: Given,
  type: StrategyType | null,
  engine: ResearchFields,
  problems: Problems,
): Pick<SessionRequest, 'leverage'> {
  const targetVolatility = numberWithin('--target-volatility', given.targetVolatility, 0.001, 10, problems);
  if (targetVolatility === null) return {};
  if (engine.rules === 'none' || isResearch(given, engine)) {
    const why = 'leave sizes, costs and rules of your own out';
    problems.push(problem('ARGUMENT_VALUE', '--target-volatility', targetVolatility, 'the desk’s rules', why));
  }
  if (engine.leverage === 1 || isTwoLegged(type)) {
    const why = 'set --leverage above 1, or leave --target-volatility out; pairs have no manager';
    problems.push(problem('ARGUMENT_VALUE', '--target-volatility', targetVolatility, 'a leverage to manage', why));
  }
  return { leverage: { targetVolatility } };
}

/** The costs a session knows; those of other kinds are only asked of the engine. */
const costsOf = ({ commission, slippage, halfSpreadBps, volumeFractionMax, fundingRate }: ResearchFields) => ({
  commissionBps: commission.kind === 'bps' ? commission.bps : 0,
  slippageBps: slippage.kind === 'bps' ? slippage.bps : 0,
  halfSpreadBps: halfSpreadBps ?? 1,
  ...(volumeFractionMax === null ? {} : { volumeFractionMax }),
  fundingRate,
});

/** Left out, the strategy's own: a pair is long and short, everything else long only. */
function directionOf(text: string | undefined, type: StrategyType | null, problems: Problems): Direction {
  const own = isTwoLegged(type) ? 'longShort' : 'longOnly';
  return oneOf('--direction', text ?? own, directionSchema.options, problems) ?? own;
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
