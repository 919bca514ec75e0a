/**
 * What a parameter search looks through: named parameters with their ranges, and which of them must stay below which.
 * A point gives every parameter a value; there are no parameters that exist only when another has some value.
 */
import { z } from 'zod';

const PARAMETERS_MAX = 50;
const CHOICES_MAX = 100;

export const parameterNameSchema = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,39}$/);

const whole = z.number().int().min(-1e9).max(1e9);
const real = z.number().min(-1e12).max(1e12);

/** `log`: equal ratios are equally likely, for values that span orders of magnitude. Both ends are included. */
export const searchParameterSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('integer'), low: whole, high: whole, log: z.boolean().default(false) }),
    z.strictObject({ kind: z.literal('float'), low: real, high: real, log: z.boolean().default(false) }),
    z.strictObject({
      kind: z.literal('categorical'),
      choices: z
        .array(z.union([z.string().max(100), z.number(), z.boolean()]))
        .min(1)
        .max(CHOICES_MAX),
    }),
  ],
  { unionFallback: true },
);
export type SearchParameter = z.infer<typeof searchParameterSchema>;

/** The value of `lower` must be below that of `upper`: a fast average below a slow one. */
const orderSchema = z.strictObject({ lower: parameterNameSchema, upper: parameterNameSchema });

const spaceFields = z.strictObject({
  parameters: z.record(parameterNameSchema, searchParameterSchema),
  constraints: z.array(orderSchema).max(PARAMETERS_MAX).default([]),
});
export type SearchSpace = z.infer<typeof spaceFields>;

export const searchSpaceSchema = spaceFields.superRefine((space, context) => {
  const count = Object.keys(space.parameters).length;
  if (count === 0 || count > PARAMETERS_MAX) {
    context.addIssue({ code: 'custom', path: ['parameters'], message: `1 to ${PARAMETERS_MAX} parameters` });
  }
  for (const [name, parameter] of Object.entries(space.parameters)) refuseRange(name, parameter, context);
  for (const [index, order] of space.constraints.entries()) refuseOrder(space, order, index, context);
});

function refuseRange(name: string, parameter: SearchParameter, context: z.RefinementCtx): void {
  const refuse = (field: string, message: string, input: unknown) =>
    context.addIssue({ code: 'custom', path: ['parameters', name, field], message, input });
  if (parameter.kind === 'categorical') {
    if (new Set(parameter.choices).size < parameter.choices.length)
      refuse('choices', 'different choices', parameter.choices);
    return;
  }
  if (parameter.low > parameter.high) refuse('low', `at most high (${parameter.high})`, parameter.low);
  const least = parameter.kind === 'integer' ? 1 : Number.MIN_VALUE;
  if (parameter.log && parameter.low < least) refuse('low', 'above 0 for a log scale', parameter.low);
}

type Order = z.infer<typeof orderSchema>;

function refuseOrder(space: SearchSpace, { lower, upper }: Order, index: number, context: z.RefinementCtx): void {
  const refuse = (field: string, message: string, input: unknown) =>
    context.addIssue({ code: 'custom', path: ['constraints', index, field], message, input });
  const [below, above] = [space.parameters[lower], space.parameters[upper]];
  if (below === undefined || below.kind === 'categorical') refuse('lower', 'the name of a number', lower);
  else if (above === undefined || above.kind === 'categorical') refuse('upper', 'the name of a number', upper);
  else if (below.low >= above.high) refuse('upper', `a parameter that can be above ${lower}`, upper);
}

export const searchPointSchema = z.record(parameterNameSchema, z.union([z.string(), z.number(), z.boolean()]));
export type SearchPoint = Readonly<Record<string, string | number | boolean>>;

/** `value` null: failed, or asked for and not answered yet; such points are kept away from, and counted. */
export const searchTrialSchema = z.strictObject({ point: searchPointSchema, value: z.number().nullable() });
export type SearchTrial = { readonly point: SearchPoint; readonly value: number | null };

/** Points near which a part of a search is drawn. `weight`: their share of the trials. */
export const searchPriorSchema = z.strictObject({
  weight: z.number().gt(0).max(0.2).default(0.2),
  points: z.array(searchPointSchema).min(1).max(5),
});
export type SearchPrior = { readonly weight: number; readonly points: readonly SearchPoint[] };
