/** Streams of the Messages format that break it, and arguments that its API would refuse. */
import { describe, expect, it } from 'vitest';
import { createAnthropicAssembly } from '../../../adapters/llm/anthropic-assembly.ts';
import { anthropicBody } from '../../../adapters/llm/anthropic-body.ts';
import type { ModelRecord } from '../../../schemas/llm/model-registry.ts';

function assembled(block: object, delta: object, usage: unknown = { input_tokens: 1, output_tokens: 1 }) {
  const assembly = createAnthropicAssembly('anthropic');
  const events = [
    { type: 'message_start', message: { usage } },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: null },
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
    expect(() => assembled(block, delta)).toThrow('LLM_PROTOCOL');
  });

  it('of a kind that is not known yet says nothing', () => {
    expect(assembled(TEXT, { type: 'citations_delta', citation: {} })?.blocks).toEqual([TEXT]);
  });
});

it.each(['many', 7, ['x']])('keeps an answer whose usage is %j', (usage) => {
  expect(assembled(TEXT, { type: 'text_delta', text: 'a' }, usage)).toMatchObject({
    blocks: [{ type: 'text', text: 'a' }],
    usage: null,
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
