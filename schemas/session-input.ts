/**
 * Parses a session's input with every rule that one field alone cannot tell: parameters of the strategy,
 * ranges of time, duplicates, weights, modes. Runs inside the workflow; `nowMs` is the workflow's own clock.
 */
import { isLiveAccount, LIVE_ACCOUNT_IDS } from './arming.ts';
import { nearestName } from './nearest-name.ts';
import { parseInput, problemsAt } from './parse-input.ts';
import { type Problem, problem } from './problem.ts';
import {
  isTwoLegged,
  MODEL_STRATEGY_TYPE,
  SESSION_STRATEGY_TYPES,
  type SessionStrategyType,
  strategyParameterSchemas,
} from './signals.ts';
import {
  ANY_PROVIDER,
  RULES_PROVIDER,
  SESSION_ID_PATTERN,
  type StrategySessionInput,
  strategySessionInputSchema,
} from './strategy-session.ts';
import { twoLeggedTypeOf, twoLegProblems, withPairDirection } from './two-leg-input.ts';

export type ParsedSession = StrategySessionInput & { readonly sessionId: string };

/**
 * @param workflowId `strategy-session:<sessionId>`; the id is taken from here
 * @throws InvalidInput with all problems: INPUT_*, MODE_NOT_ARMED
 */
export function parseSessionInput(raw: unknown, workflowId: string, nowMs: number): ParsedSession {
  const sessionId = workflowId.replace(/^strategy-session:/, '');
  const input = withPairDirection(raw === undefined || raw === null ? {} : raw);
  const parsed = parseInput(strategySessionInputSchema, input, (value) => [
    ...idProblems(value, workflowId, sessionId),
    ...crossFieldProblems(value, nowMs),
  ]);
  return { ...parsed, sessionId };
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

function idProblems(raw: unknown, workflowId: string, sessionId: string): Problem[] {
  const expected = 'strategy-session:<id>, the id of small letters, digits and dashes, at most 64 characters';
  if (!workflowId.startsWith('strategy-session:') || !SESSION_ID_PATTERN.test(sessionId)) {
    return [problem('INPUT_ID', 'workflowId', workflowId, expected)];
  }
  const given = fieldsOf(raw).sessionId;
  if (typeof given !== 'string' || given === sessionId) return [];
  return [problem('INPUT_ID', 'sessionId', given, `${sessionId}, as in the workflow id`, 'leave the field out')];
}

function crossFieldProblems(raw: unknown, nowMs: number): Problem[] {
  const fields = fieldsOf(raw);
  return [
    ...modeProblems(fields.tradingMode, fields.accountId),
    ...strategyProblems(fields.strategy),
    ...twoLegProblems(twoLeggedTypeOf(fields.strategy), fields),
    ...repeatedProblems('symbols', fields.symbols),
    ...repeatedProblems('components', fields.components),
    ...rangeProblems(fieldsOf(fields.market), nowMs),
    ...endProblems(fields.tradingMode, fieldsOf(fields.market)),
    ...sizeProblems(fields.symbols, fieldsOf(fields.market).count),
    ...weightProblems(fields.weights),
    ...modelProblems(fields),
    ...approvalProblems(fields),
    ...leverageProblems(fields),
    ...advisorProblems(fieldsOf(fields.model)),
  ];
}

/** The rules have no models, and a debate needs two who speak. */
function advisorProblems({ provider = RULES_PROVIDER, model, tier, consensus = 0, debate }: Record<string, unknown>) {
  const hint = `name the provider to ask, or ${ANY_PROVIDER}`;
  const unasked = Object.entries({ model, tier }).filter(([, value]) => value !== undefined && value !== null);
  return [
    ...(provider === RULES_PROVIDER
      ? unasked.map(([name, value]) => problem('INPUT_RANGE', `model.${name}`, value, 'none with provider rules', hint))
      : []),
    ...(debate === true && typeof consensus === 'number' && consensus < 2
      ? [problem('INPUT_RANGE', 'model.debate', debate, 'true with model.consensus of 2 or more')]
      : []),
  ];
}

/** A model that is to propose must be listened to; of a stored strategy this shows when the session opens. */
export function modelProblems({ strategy, components, weights }: Record<string, unknown>): Problem[] {
  const type = typeof strategy === 'string' ? strategy : fieldsOf(strategy).type;
  if (type !== MODEL_STRATEGY_TYPE) return [];
  const needed = `technical and llm for ${MODEL_STRATEGY_TYPE}`;
  const expected = `${needed}: the model proposes, the technical rule stands behind it`;
  const missing = Array.isArray(components) && !['technical', 'llm'].every((one) => components.includes(one));
  const weight = fieldsOf(weights).llm ?? 0;
  return [
    ...(missing ? [problem('INPUT_ITEMS', 'components', components.join(', '), expected)] : []),
    ...(weights !== undefined && weight === 0
      ? [problem('INPUT_RANGE', 'weights.llm', weight, `above 0 for ${MODEL_STRATEGY_TYPE}`)]
      : []),
  ];
}

/** In virtual time nobody can be asked. */
function approvalProblems({ approval, tradingMode }: Record<string, unknown>): Problem[] {
  const { entries } = fieldsOf(approval);
  if ((tradingMode !== 'backtest' && tradingMode !== 'analysis') || entries === undefined || entries === 'off')
    return [];
  const hint = 'leave approval out: a person answers in paper and live only';
  return [problem('INPUT_RANGE', 'approval.entries', entries, `off in ${tradingMode} mode`, hint)];
}

/**
 * The manager has nothing to do without leverage, and leaves pairs alone. What a stored strategy asks for shows later.
 */
function leverageProblems({ leverage, strategy }: Record<string, unknown>): Problem[] {
  const { type = strategy, leverage: asked = 1 } = fieldsOf(strategy);
  const isKnown = SESSION_STRATEGY_TYPES.some((one) => one === type);
  if (leverage === undefined || !isKnown || (asked !== 1 && !isTwoLegged(type))) return [];
  const expected = 'nothing, but for a strategy of leverage above 1 that trades each symbol for itself';
  const way =
    typeof strategy === 'string' ? 'write strategy out with a leverage above 1' : 'set strategy.leverage above 1';
  return [problem('INPUT_RANGE', 'leverage', leverage, expected, `${way}, or leave leverage out`)];
}

/** All symbols' bars are held in memory together. */
const SYNTHETIC_BARS_MAX = 2_000_000;

function sizeProblems(symbols: unknown, count: unknown): Problem[] {
  if (!Array.isArray(symbols) || typeof count !== 'number' || !(symbols.length * count > SYNTHETIC_BARS_MAX)) return [];
  const expected = `at most ${SYNTHETIC_BARS_MAX} bars of all symbols together`;
  return [problem('INPUT_RANGE', 'market.count', count, expected, 'fewer symbols or bars')];
}

/** Whether a live account is armed, the desk tells when the session opens; no other account can be. */
function modeProblems(mode: unknown, accountId: unknown): Problem[] {
  if (mode !== 'live' || isLiveAccount(accountId)) return [];
  const accounts = LIVE_ACCOUNT_IDS.join(', ');
  const hint = `start in paper mode; live needs an armed account, which only ${accounts} can be (npm run arm)`;
  return [problem('MODE_NOT_ARMED', 'tradingMode', mode, 'paper, backtest or analysis', hint)];
}

function strategyProblems(strategy: unknown): Problem[] {
  const fields = fieldsOf(strategy);
  const type = SESSION_STRATEGY_TYPES.find((one) => one === fields.type);
  if (type === undefined) return [];
  return parameterProblems(type, fields.parameters ?? {}, ['strategy', 'parameters']);
}

/** Problems of a strategy's own parameters, with the names it knows in the hint. */
export function parameterProblems(type: SessionStrategyType, raw: unknown, base: readonly PropertyKey[]): Problem[] {
  const known = Object.keys(strategyParameterSchemas[type].shape);
  return problemsAt(strategyParameterSchemas[type], raw, base).map((one) => {
    if (one.code !== 'INPUT_UNKNOWN_FIELD') return one;
    const near = nearestName(one.path.split('.').at(-1) ?? '', known);
    return near === null ? one : { ...one, hint: `did you mean ${near}` };
  });
}

function repeatedProblems(path: string, items: unknown): Problem[] {
  if (!Array.isArray(items)) return [];
  const seen = new Set<unknown>();
  const twice = items.find((one) => seen.size === seen.add(one).size);
  return twice === undefined ? [] : [problem('INPUT_ITEMS', path, twice, 'each one once')];
}

function rangeProblems(market: Record<string, unknown>, nowMs: number): Problem[] {
  const from = instantOf(market.from);
  const to = instantOf(market.to);
  const problems: Problem[] = [];
  if (from !== null && from > nowMs)
    problems.push(problem('INPUT_RANGE', 'market.from', market.from, 'an instant in the past'));
  if (to !== null && to > nowMs)
    problems.push(problem('INPUT_RANGE', 'market.to', market.to, 'an instant in the past'));
  if (from !== null && to !== null && to <= from) {
    problems.push(
      problem('INPUT_RANGE', 'market.to', market.to, `an instant after market.from (${String(market.from)})`),
    );
  }
  return problems;
}

/** Paper and live go by a vendor's market as it goes on: it has no end. */
function endProblems(mode: unknown, { source, to }: Record<string, unknown>): Problem[] {
  if ((mode !== 'paper' && mode !== 'live') || (source !== 'alpaca' && source !== 'ccxt') || to === undefined)
    return [];
  return [problem('INPUT_RANGE', 'market.to', to, 'no end', 'durationMs or the signal stop ends the session')];
}

function instantOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function weightProblems(weights: unknown): Problem[] {
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) return [];
  const values = Object.values(fieldsOf(weights)).filter((one) => one !== undefined);
  if (!values.every((one) => typeof one === 'number')) return [];
  const sum = values.reduce((total, one) => total + one, 0);
  if (Math.abs(sum - 1) <= 1e-9 && values.every((one) => one >= 0)) return [];
  return [problem('INPUT_WEIGHTS_SUM', 'weights', Number(sum.toFixed(12)), 'weights of 0 or more that sum to 1')];
}
