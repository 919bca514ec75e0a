/**
 * The texts of a backtest's input as what the engine runs: the input of a session, and beside it what only the
 * engine can do. With sizes or costs that the desk does not know, a run obeys its flags and nothing else. What is
 * researched is the strategy alone: no advisor speaks.
 */
import type { BacktestRunInput } from '../../schemas/backtest-run.ts';
import { parseInterval } from '../../schemas/interval.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { commissionOf, PLAN_FORMS, sizeOfText, slippageOf } from '../engine/plan-texts.ts';
import type { ResearchFields } from '../engine/research-plan.ts';
import { parseInstant } from '../market/parse-instant.ts';
import { askedStrategy } from './asked-strategy.ts';

export type BacktestRequest = {
  /** As a strategy session takes it. */
  readonly session: Readonly<Record<string, unknown>>;
  readonly engine: ResearchFields;
};

/** @throws InvalidInput with every text that cannot be read */
export function backtestRequest(input: BacktestRunInput): BacktestRequest {
  const problems: Problem[] = [];
  const request = requestOf(input, problems);
  if (problems.length > 0) throw new InvalidInput(problems);
  return request;
}

/** The same with something in the place of each text that cannot be read, which is added to `problems`. */
export function requestOf(input: BacktestRunInput, problems: Problem[]): BacktestRequest {
  const engine = engineFields(input, problems);
  return { session: sessionOf(input, engine, problems), engine };
}

function engineFields(input: BacktestRunInput, problems: Problem[]): ResearchFields {
  const wrong = (path: string, got: unknown, expected: string) =>
    problems.push(problem('INPUT_TYPE', path, got, expected));
  const commission = commissionOf(input.commission);
  const slippage = slippageOf(input.slippage);
  const size = input.size === undefined ? null : sizeOfText(input.size);
  const spread = input.halfSpread === undefined ? null : commissionOf(input.halfSpread);
  if (commission === null) wrong('commission', input.commission, PLAN_FORMS.commission);
  if (slippage === null) wrong('slippage', input.slippage, PLAN_FORMS.slippage);
  if (size === null && input.size !== undefined) wrong('size', input.size, PLAN_FORMS.size);
  if (spread?.kind !== 'bps' && input.halfSpread !== undefined) wrong('halfSpread', input.halfSpread, 'bps:N');
  const fields = {
    fill: input.fill,
    closeLast: input.closeLast,
    size,
    commission: commission ?? { kind: 'bps' as const, bps: 0 },
    slippage: slippage ?? { kind: 'bps' as const, bps: 0 },
    halfSpreadBps: spread?.kind === 'bps' ? spread.bps : null,
    volumeFractionMax: input.volumeLimit ?? null,
    leverage: input.leverage,
    stopAtr: input.stopAtr ?? null,
    targetAtr: input.targetAtr ?? null,
    trailAtr: input.trailAtr ?? null,
    maxHoldBars: input.maxHold ?? null,
    fundingRate: input.funding,
    borrowRate: input.borrow,
  };
  const rules = input.rules ?? (isOwn(fields) ? 'none' : 'desk');
  if (input.targetVolatility !== undefined && (rules === 'none' || isOwn(fields))) {
    wrong('targetVolatility', input.targetVolatility, 'none beside sizes, costs or rules of its own');
  }
  return { ...fields, rules };
}

/** What the desk's own step cannot do. */
export const isOwn = (fields: Omit<ResearchFields, 'rules'>): boolean =>
  fields.size !== null ||
  fields.fill === 'close' ||
  fields.closeLast !== 'keep' ||
  fields.commission.kind !== 'bps' ||
  fields.slippage.kind !== 'bps' ||
  fields.trailAtr !== null ||
  fields.borrowRate !== 0;

function sessionOf(input: BacktestRunInput, engine: ResearchFields, problems: Problem[]) {
  const { symbol, cash, direction, seed, targetVolatility } = input;
  return {
    accountId: 'paper-1',
    strategy: askedStrategy(input, engine, problems),
    symbols: typeof symbol === 'string' ? symbol.split(',').map((one) => one.trim()) : symbol,
    tradingMode: 'backtest',
    components: ['technical'],
    barIntervalMs: intervalOf(input.interval, problems),
    market: marketOf(input, problems),
    ...(direction === undefined ? {} : { direction }),
    ...(targetVolatility === undefined ? {} : { leverage: { targetVolatility } }),
    startingCash: cash,
    costs: costsOf(engine),
    seed,
  };
}

function intervalOf(text: string, problems: Problem[]): number {
  try {
    return parseInterval(text);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    problems.push(...error.problems);
    return 1_000;
  }
}

function marketOf({ bars, synthetic, from, to }: BacktestRunInput, problems: Problem[]) {
  const unfitting = [bars, from, to].filter((one) => one !== undefined);
  if (synthetic !== undefined) {
    if (unfitting.length > 0)
      problems.push(problem('INPUT_TYPE', 'synthetic', synthetic, 'no bars, from or to beside it'));
    return { source: 'synthetic', count: synthetic };
  }
  const first = instantOf('from', from, problems);
  const end = instantOf('to', to, problems);
  return { source: 'replay', ...(bars === undefined ? {} : { file: bars }), ...first, ...end };
}

function instantOf(name: 'from' | 'to', text: string | undefined, problems: Problem[]): Record<string, string> {
  if (text === undefined) return {};
  const instant = parseInstant(text, { dateOnly: true });
  if (instant.ok) return { [name]: new Date(instant.ms).toISOString() };
  problems.push(problem('INPUT_RANGE', name, text, instant.expected, instant.hint));
  return {};
}

/** The costs a session knows; those of other kinds are only asked of the engine. */
const costsOf = ({ commission, slippage, halfSpreadBps, volumeFractionMax, fundingRate }: ResearchFields) => ({
  commissionBps: commission.kind === 'bps' ? commission.bps : 0,
  slippageBps: slippage.kind === 'bps' ? slippage.bps : 0,
  halfSpreadBps: halfSpreadBps ?? 1,
  ...(volumeFractionMax === null ? {} : { volumeFractionMax }),
  fundingRate,
});
