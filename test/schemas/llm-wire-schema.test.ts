/** The JSON Schemas that go to models: of what every server that makes a grammar of them can read. */
import { expect, it } from 'vitest';
import { CONTRACT_NAMES, CONTRACTS } from '../../schemas/llm/contracts/index.ts';
import { TOOL_NAMES, toolSpecs } from '../../schemas/llm/tools.ts';

const patternsIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, one]) =>
        key === 'pattern' && typeof one === 'string' ? [one] : patternsIn(one),
      );

it('has no shorthand such as \\d, of which llama.cpp can make no grammar, and no length, which OpenAI refuses', () => {
  const schemas = [
    ...toolSpecs(TOOL_NAMES).map(({ jsonSchema }) => jsonSchema),
    ...CONTRACT_NAMES.map((name) => CONTRACTS[name].jsonSchema),
  ];
  const patterns = schemas.flatMap(patternsIn);
  expect(patterns.length).toBeGreaterThan(0);
  expect(patterns.filter((one) => /\\[dwsDWS]|\(\?/.test(one))).toEqual([]);
  expect(JSON.stringify(schemas)).toContain('"format":"date-time"');
  for (const refused of ['$schema', 'minLength', 'maxLength']) expect(JSON.stringify(schemas)).not.toContain(refused);
});
