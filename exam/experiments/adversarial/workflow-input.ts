/**
 * Wrong inputs of workflows: what is sent to which workflow under which id, and exactly what must come back. The same
 * input can be put to the parsers in this process, or to a desk where a real workflow is started with it.
 */
import { parseOrderInput } from '../../../schemas/order-input.ts';
import type { Problem } from '../../../schemas/problem.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { type Case, refusalOf } from './case.ts';

export type WorkflowInput = {
  readonly row: string;
  readonly workflow: 'session' | 'order';
  /** Null: any id that is right. */
  readonly id: string | null;
  readonly input: unknown;
  readonly expected: string;
  /** What is found needs the desk's books or bars: the parsers alone would let it pass. */
  readonly needsDesk?: boolean;
};

/** How a row's problems are told: code, path, and what the table asks for beyond them. */
export type Parsers = {
  readonly session: (raw: unknown, workflowId: string) => unknown;
  readonly order: (raw: unknown, workflowId: string) => unknown;
};

export const PARSERS: Parsers = {
  session: (raw, workflowId) => parseSessionInput(raw, workflowId, Date.now()),
  order: (raw, workflowId) => parseOrderInput(raw, workflowId),
};

const workflowIdOf = ({ workflow, id }: WorkflowInput): string =>
  workflow === 'session' ? `strategy-session:${id ?? 'wrong'}` : `order-execution:${id ?? 'wrong'}`;

export const byParser = (parsers: Parsers, one: WorkflowInput): Case => ({
  row: one.row,
  input: one.input === undefined ? 'undefined' : one.input,
  expected: one.expected,
  answer: () => refusalOf(() => parsers[one.workflow](one.input, workflowIdOf(one)), tellProblem(one.row)),
});

/** Rows 54 to 58 ask for more than a code: the name that was meant, the unit, the sum. Row 62 for the holder. */
export const tellProblem =
  (row: string) =>
  (one: Problem): string => {
    const told = `${one.code} ${one.path}`.trimEnd();
    if (row === '54') return one.hint.startsWith('did you mean') ? `${told}, ${one.hint}` : told;
    if (row === '55' || row === '56')
      return /millisecond|minute/.test(one.expected + one.hint) ? `${told} in ms` : told;
    return row === '58' || row === '62' ? `${told} ${one.got}` : told;
  };

export const aSession = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  accountId: 'paper-1',
  strategy: { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } },
  symbols: ['BTC/USDT'],
  tradingMode: 'backtest',
  barIntervalMs: 3_600_000,
  market: { source: 'synthetic', count: 20 },
  seed: 1,
  ...change,
});

export const anOrder = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  accountId: 'paper-1',
  symbol: 'BTC/USDT',
  side: 'buy',
  sizeFraction: 0.02,
  reasoning: 'a case of the exam',
  ...change,
});

export const without = (fields: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

/** Input of a session, of an order: row, change of a right input, answer. */
export const session = (row: string, change: Readonly<Record<string, unknown>>, expected: string): WorkflowInput => ({
  row,
  workflow: 'session',
  id: null,
  input: aSession(change),
  expected,
});
export const order = (row: string, change: Readonly<Record<string, unknown>>, expected: string): WorkflowInput => ({
  row,
  workflow: 'order',
  id: null,
  input: anOrder(change),
  expected,
});
