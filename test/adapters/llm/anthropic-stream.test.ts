/** Streams of the Messages format that break it, and arguments that its API would refuse. */
import { describe, expect, it } from 'vitest';
import { createAnthropicAssembly } from '../../../adapters/llm/anthropic-assembly.ts';
import { anthropicBody } from '../../../adapters/llm/anthropic-body.ts';
import type { ModelRecord } from '../../../schemas/llm/model-registry.ts';

const BEGUN = { input_tokens: 900, output_tokens: 1 };

/** @param ended the usage that `message_delta` tells, @param begun that of `message_start` */
function assembled(block: object, delta: object, ended: unknown, begun: unknown = BEGUN) {
  const assembly = createAnthropicAssembly('anthropic');
  const events = [
    { type: 'message_start', message: { usage: begun } },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: ended },
    { type: 'message_stop' },
  ];
  for (const event of events) assembly.take(event);
  return assembly.reply();
}

const TEXT = { type: 'text', text: '' };

describe('a delta', () => {
  it.each([
    [TEXT, { type: 'text_delta' }],
    [TEXT, { type: 'text_delta', text: null }],
    [TEXT, { type: 'text_delta', text: ['a'] }],
    [TEXT, { type: 'input_json_delta', partial_json: '{}' }],
    [
      { type: 'tool_use', id: 'a', name: 'look', input: {} },
      { type: 'text_delta', text: 'a' },
    ],
    [{ type: 'tool_use', id: 'a', name: 'look', input: {} }, { type: 'input_json_delta' }],
  ])('that is not one of its block is no answer: %j %j', (block, delta) => {
    expect(() => assembled(block, delta, null)).toThrow('LLM_PROTOCOL');
  });

  it('of a kind that is not known yet says nothing', () => {
    expect(assembled(TEXT, { type: 'citations_delta', citation: {} }, null)?.blocks).toEqual([TEXT]);
  });
});

describe('usage', () => {
  const usageOf = (ended: unknown, begun?: unknown) => {
    const reply = assembled(TEXT, { type: 'text_delta', text: 'a' }, ended, begun);
    expect(reply?.blocks).toEqual([{ type: 'text', text: 'a' }]);
    return reply?.usage;
  };

  it('is what is told at the end, and at the beginning where the end says nothing else', () => {
    expect(usageOf({ output_tokens: 2_000 })).toMatchObject({ tokensIn: 900, tokensOut: 2_000 });
    expect(usageOf({ input_tokens: 950, output_tokens: 0 })).toMatchObject({ tokensIn: 950, tokensOut: 0 });
  });

  it.each([undefined, null, {}, { output_tokens: null }, { output_tokens: 'x' }, 'many', 7, ['x']])(
    'is unknown where the end tells %j: what was written by the beginning is not the whole',
    (ended) => expect(usageOf(ended)).toBeNull(),
  );

  it.each(['many', 7, ['x'], null])('is unknown where the beginning tells %j', (begun) => {
    expect(usageOf({ output_tokens: 5 }, begun)).toBeNull();
  });
});

it('gives arguments back as an object, whatever the model wrote, and no text of white space', () => {
  const written = ['{"x":1}', '{"x":', 'null', '[1]'];
  const calls = written.map((json, n) => ({ type: 'toolCall' as const, id: `c${n}`, name: 'look', arguments: json }));
  const blocks = [{ type: 'text' as const, text: '\n\n' }, ...calls];
  const record = { id: 'm', provider: 'anthropic', outputTokensMax: 10, wireName: null } as ModelRecord;
  const request = {
    ...{ model: 'm', system: '', messages: [{ role: 'assistant' as const, blocks }], tools: [], answer: null },
    ...{ maxTokens: 10, temperature: null, idleTimeoutMs: 1, totalTimeoutMs: 1 },
  };
  const [message] = anthropicBody(request, record).messages;
  expect(message?.content).toMatchObject([{ x: 1 }, {}, {}, {}].map((input) => ({ input })));
});
