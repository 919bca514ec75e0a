/** Token counts that no model can have had are no usage: they would be charged to everybody's day. */
import { expect, it } from 'vitest';
import { possibleUsage } from '../../../domain/llm/usage.ts';
import type { ModelRecord } from '../../../schemas/llm/model-registry.ts';

const record = { contextTokens: 1_000 } as ModelRecord;
const used = (counts: object) => ({ tokensIn: 0, tokensCachedRead: 0, tokensCachedWrite: 0, tokensOut: 0, ...counts });

it.each([
  [{ tokensIn: 1_000, tokensOut: 1_000 }, true],
  [{ tokensIn: 1_001 }, false],
  [{ tokensOut: 1_001 }, false],
  [{ tokensIn: 400, tokensCachedRead: 400, tokensCachedWrite: 201 }, false],
])('takes %j of a model with a context of 1,000: %s', (counts, isPossible) => {
  const usage = used(counts);
  expect(possibleUsage(usage, record)).toBe(isPossible ? usage : null);
});

it('knows nothing of a call whose counts were not told', () => {
  expect(possibleUsage(null, record)).toBeNull();
});
