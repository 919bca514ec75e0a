/** Parses what starts an `orderExecution`: an order by hand, or a decision's orders from a session. */
import { DECIMAL_PATTERN } from './decimal.ts';
import {
  type ManualOrderInput,
  manualOrderInputSchema,
  type SessionOrderInput,
  sessionOrderInputSchema,
} from './order-execution.ts';
import { parseInput } from './parse-input.ts';
import { type Problem, problem } from './problem.ts';

export type OrderInput = ManualOrderInput | SessionOrderInput;

/** @throws InvalidInput with all problems: INPUT_*, ORDER_PRICE */
export function parseOrderInput(raw: unknown, workflowId: string): OrderInput {
  const input = raw ?? {};
  if (typeof input === 'object' && 'origin' in input && input.origin === 'session') {
    return parseInput(sessionOrderInputSchema, input);
  }
  return parseInput(manualOrderInputSchema, input, (value) => [
    ...idProblems(workflowId),
    ...sizeProblems(value),
    ...timeProblems(value),
  ]);
}

function idProblems(workflowId: string): Problem[] {
  if (/^order-execution:[a-zA-Z0-9._-]{1,64}$/.test(workflowId)) return [];
  return [problem('INPUT_ID', 'workflowId', workflowId, 'order-execution:<id> of letters, digits, dots and dashes')];
}

/** An order by hand leaves now: on a vendor's market there is no other time. */
function timeProblems(value: unknown): Problem[] {
  const market: unknown = typeof value === 'object' && value !== null && 'market' in value ? value.market : null;
  if (typeof market !== 'object' || market === null || !('source' in market)) return [];
  if (market.source !== 'alpaca' && market.source !== 'ccxt') return [];
  const fields: Record<string, unknown> = { ...market };
  return ['from', 'to']
    .filter((name) => fields[name] !== undefined)
    .map((name) => problem('INPUT_RANGE', `market.${name}`, fields[name], 'no bounds', 'leave the field out'));
}

function sizeProblems(value: unknown): Problem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const fields: Record<string, unknown> = { ...value };
  const problems: Problem[] = [];
  if ((fields.sizeFraction === undefined) === (fields.quantity === undefined)) {
    const got = fields.sizeFraction === undefined ? 'neither' : 'both';
    problems.push(problem('INPUT_REQUIRED', 'sizeFraction', got, 'exactly one of sizeFraction and quantity'));
  }
  const isLimit = fields.orderType === 'limit';
  if (isLimit && fields.limitPrice === undefined) {
    problems.push(problem('INPUT_REQUIRED', 'limitPrice', undefined, 'the price of the limit order'));
  }
  if (!isLimit && fields.limitPrice !== undefined) {
    problems.push(problem('ORDER_PRICE', 'limitPrice', fields.limitPrice, 'no limit price unless orderType is limit'));
  }
  const isStop = fields.orderType === 'stop';
  if (isStop && fields.triggerPrice === undefined) {
    problems.push(problem('INPUT_REQUIRED', 'triggerPrice', undefined, 'the price that triggers the stop order'));
  }
  if (!isStop && fields.triggerPrice !== undefined) {
    const expected = 'no trigger price unless orderType is stop';
    problems.push(problem('ORDER_PRICE', 'triggerPrice', fields.triggerPrice, expected));
  }
  for (const name of ['quantity', 'limitPrice', 'triggerPrice', 'stop', 'target']) {
    const value = fields[name];
    if (typeof value === 'string' && DECIMAL_PATTERN.test(value) && !(Number(value) > 0)) {
      problems.push(problem('INPUT_RANGE', name, value, 'a decimal string above 0'));
    }
  }
  return problems;
}
