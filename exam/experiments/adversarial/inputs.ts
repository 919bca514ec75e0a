/** All wrong inputs of workflows: those of the table, and unseen ones of each row, drawn from the seed. */
import { type Draw, drawFrom, many } from './draw.ts';
import { alien, duration, FIELD_ROWS, interval, misspelt, symbols, wrongType } from './field-cases.ts';
import { identifier, LARGE_ROWS, mode, money, timeRange, VALUE_ROWS, weights } from './value-cases.ts';
import type { WorkflowInput } from './workflow-input.ts';

const VARIANTS: Readonly<Record<string, (draw: Draw) => WorkflowInput>> = {
  wrongType,
  misspelt,
  alien,
  duration,
  interval,
  symbols,
  weights,
  money,
  mode,
  timeRange,
  identifier,
};

export const TABLE_INPUTS: readonly WorkflowInput[] = [...FIELD_ROWS, ...VALUE_ROWS, ...LARGE_ROWS];

export const unseenInputs = (seed: number, ofEach: number): WorkflowInput[] =>
  Object.entries(VARIANTS).flatMap(([name, make]) => {
    const draw = drawFrom(seed, name);
    return many(ofEach, () => make(draw));
  });
