/** Mistakes in what a person sends: all at once, also where not even the kind of the thing is known. */
import { describe, expect, it } from 'vitest';
import { agentTrainingInputSchema } from '../../schemas/agent-training.ts';
import { marketSourceSchema } from '../../schemas/market.ts';
import { parseInput } from '../../schemas/parse-input.ts';
import type { Problem } from '../../schemas/problem.ts';
import { problemsOf } from '../problems-of.ts';

const training = (raw: unknown) => problemsOf(() => parseInput(agentTrainingInputSchema, raw));
const told = (problems: readonly Problem[]) => problems.map(({ code, path, hint }) => `${code} ${path}: ${hint}`);

describe('an input whose kind nobody knows', () => {
  it('says which there are, and what else is wrong if the nearest one was meant', () => {
    const [kind, ...others] = training({ environment: 'markt', symbol: 'btc', steps: 5, agnt: 'spot' });
    expect(kind).toEqual({
      code: 'INPUT_ENUM',
      path: 'environment',
      got: '"markt"',
      expected: 'one of cartpole, market',
      hint: 'did you mean market',
      message: 'environment: got "markt", expected one of cartpole, market',
    });
    expect(told(others)).toEqual([
      'SYMBOL_INVALID symbol: write BTC',
      'INPUT_RANGE steps: ',
      'INPUT_UNKNOWN_FIELD agnt: did you mean agent',
    ]);
  });

  it('is taken for the one that knows most of its fields, and of those that has least against it', () => {
    expect(told(training({ environment: 'chess', symbol: 'BTC/USDT', seeds: [1, 1], foo: 1 }))).toEqual([
      'INPUT_ENUM environment: ',
      'INPUT_RANGE seeds: ',
      'INPUT_UNKNOWN_FIELD foo: remove it or correct its name',
    ]);
    expect(told(training({ environment: 'chess' }))).toEqual(['INPUT_ENUM environment: ']);
  });

  it('asks for the kind where it is left out or misspelt', () => {
    expect(told(training({ environmnt: 'market', symbol: 'BTC/USDT', steps: 5 }))).toEqual([
      'INPUT_REQUIRED environment: add this field',
      'INPUT_RANGE steps: ',
      'INPUT_UNKNOWN_FIELD environmnt: did you mean environment',
    ]);
    expect(told(training({}))).toEqual(['INPUT_REQUIRED environment: add this field']);
    expect(told(problemsOf(() => parseInput(marketSourceSchema, { source: 'reply', frm: 1 })))).toEqual([
      'INPUT_ENUM source: did you mean replay',
      'INPUT_UNKNOWN_FIELD frm: did you mean from',
    ]);
  });

  it('has the mistakes of its own kind alone where the kind is right', () => {
    expect(told(training({ environment: 'cartpole', symbol: 'BTC/USDT' }))).toEqual([
      'INPUT_UNKNOWN_FIELD symbol: remove it or correct its name',
    ]);
    expect(told(training(5))).toEqual(['INPUT_TYPE : ']);
  });
});
