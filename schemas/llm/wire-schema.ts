/** The JSON Schema that goes to a model, derived from a schema of ours. */
import { z } from 'zod';

export type WireSchema = Record<string, unknown>;

/**
 * Without what servers refuse, and what our own schema checks anyway: the dialect; the lengths of texts, which OpenAI's
 * strict mode does not permit; a pattern where a format says the same, for llama.cpp makes a grammar of it and knows no
 * `\d`.
 */
export function wireSchemaOf(schema: z.ZodType): WireSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      delete jsonSchema.minLength;
      delete jsonSchema.maxLength;
    },
  });
  return rest;
}
