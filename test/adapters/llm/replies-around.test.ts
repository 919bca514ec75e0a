/** Lists of models, results of batches and failures as they come: what is left of them. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { linesAs } from '../../../adapters/llm/batch-exchange.ts';
import { withoutKey } from '../../../adapters/llm/call-failure.ts';
import { modelIdsOf } from '../../../adapters/llm/model-list.ts';
import { ModelCallFailed } from '../../../schemas/llm/model-call.ts';

describe('a list of models', () => {
  it.each([
    ['{"object":"list","data":[{"id":"a"},{"id":"b"}]}', ['a', 'b']],
    ['[{"id":"a","type":"chat"}]', ['a']],
    ['{"object":"list","data":null}', []],
  ])('is read: %s', async (body, ids) => expect(await modelIdsOf(new Response(body))).toEqual(ids));

  it('is refused where it is none', async () => {
    for (const body of ['<html>', '{"data":"a"}', '{"models":[]}', 'null']) {
      await expect(modelIdsOf(new Response(body))).rejects.toThrow('LLM_PROTOCOL');
    }
  });
});

describe('the results of a batch', () => {
  const schema = z.object({ id: z.string() });
  it('lose only the lines that are broken', () => {
    const deep = `{"id":"c","x":${'['.repeat(50)}${']'.repeat(50)}}`;
    expect(linesAs(schema, `{"id":"a"}\n{"id":\n\n{"id":7}\n${deep}\n{"id":"b"}`, 'x')).toEqual([
      { id: 'a' },
      { id: 'b' },
    ]);
  });

  it('are none where no line is one', () => {
    expect(() => linesAs(schema, '<html>\nSign in\n</html>', 'x')).toThrow('LLM_PROTOCOL');
    expect(linesAs(schema, '\n', 'x')).toEqual([]);
  });
});

describe('a failure', () => {
  const KEY = '0f9d4c1b7a';
  const told = (detail: string): string =>
    withoutKey(
      new ModelCallFailed({
        ...{ code: 'LLM_AUTH', retryable: false, retryAfterMs: null, mayHaveBeenBilled: false },
        detail,
      }),
      KEY,
    ).failure.detail;

  it('never tells our key, whatever it looks like, not even its beginning', () => {
    expect(told(`bad key ${KEY}, and ${KEY}`)).toBe('bad key [secret], and [secret]');
    expect(told('cut off: 0f9d4c1b')).toBe('cut off: ');
    expect(told('nothing of it')).toBe('nothing of it');
  });
});
