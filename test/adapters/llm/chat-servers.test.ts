/** Streams of Chat Completions as servers really send them where they depart from OpenAI's. */
import { describe, expect, it } from 'vitest';
import { chatBody, createChatAssembly } from '../../../adapters/llm/openai-chat-wire.ts';
import { createStreamFeed } from '../../../adapters/llm/stream-reply.ts';
import { replyOf, type WireReply } from '../../../adapters/llm/wire-reply.ts';
import { ModelCallFailed, type ModelReply } from '../../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../../schemas/llm/model-registry.ts';

const chunk = (delta: object, finish: string | null = null): object => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const called = (...calls: object[]): object => chunk({ tool_calls: calls });
const DONE = '[DONE]';

function replyTo(...events: (object | string)[]): ModelReply {
  const feed = createStreamFeed(createChatAssembly());
  for (const one of events) {
    feed.push(Buffer.from(`data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`));
  }
  return replyOf(feed.end(), { temperatureSent: null, providerRequestId: null });
}

/** Whole events, and what came last. */
function cutOff(events: readonly object[], end: string): WireReply {
  const feed = createStreamFeed(createChatAssembly());
  feed.push(Buffer.from(events.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('') + end));
  return feed.end();
}

function failureOf(...events: (object | string)[]): string | undefined {
  try {
    replyTo(...events);
    return undefined;
  } catch (error) {
    return error instanceof ModelCallFailed ? error.failure.code : String(error);
  }
}

describe('what is said', () => {
  it('ends with eos at Together, and with an empty reason nowhere', () => {
    expect(replyTo(chunk({ content: 'a' }, ''), chunk({ content: 'b' }), chunk({}, 'eos'), DONE)).toMatchObject({
      text: 'ab',
      stop: 'end',
    });
  });

  it('may come in parts, and what was thought is no part of it', () => {
    const thought = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] };
    const parts = [chunk({ content: [thought] }), chunk({ content: [{ type: 'text', text: 'yes' }] })];
    const aside = chunk({ content: null, reasoning_content: 'hm', reasoning: 'hm' });
    const reply = replyTo(aside, ...parts, chunk({}, 'stop'), DONE);
    expect(reply.text).toBe('yes');
    expect(JSON.parse(reply.raw)).toMatchObject({ reasoning: 'hm' });
  });

  it('begins behind the thoughts that DeepSeek and Qwen write before it; they are in the raw reply alone', () => {
    const said = ['<thi', 'nk>{"x":1}</', 'think>\n{"x":2}'].map((content) => chunk({ content }));
    const reply = replyTo(...said, chunk({}, 'stop'), DONE);
    expect(reply).toMatchObject({ text: '\n{"x":2}', blocks: [{ type: 'text', text: '\n{"x":2}' }], stop: 'end' });
    expect(JSON.parse(reply.raw)).toMatchObject({ content: '<think>{"x":1}</think>\n{"x":2}' });
    const cut = replyTo(chunk({ content: '<think>{"x":1}' }), chunk({}, 'length'), DONE);
    expect(cut).toMatchObject({ text: '', blocks: [], stop: 'truncated' });
  });

  it('is whole with a reason for its end, though [DONE] never comes, and not without one, though it does', () => {
    const usage = { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } };
    expect(replyTo(chunk({ content: 'a' }), chunk({}, 'stop'), usage)).toMatchObject({
      ...{ text: 'a', stop: 'end', usage: { tokensIn: 5, tokensOut: 2 } },
    });
    expect(replyTo(chunk({ content: 'a' }), chunk({}, 'stop'))).toMatchObject({ text: 'a', usage: null });
    expect(failureOf(chunk({ content: 'a' }), usage, DONE)).toBe('LLM_PROTOCOL');
  });

  it('ends at [DONE] with white space behind it, and an event without data says nothing', () => {
    expect(replyTo(chunk({ content: 'a' }), '', chunk({}, 'stop'), `${DONE} `).text).toBe('a');
    expect(failureOf(chunk({ content: 'a' }), chunk({}, 'stop'), DONE, chunk({ content: 'b' }))).toBe('LLM_PROTOCOL');
  });

  it.each(['data: [DONE]', 'data: [DONE]\n', 'data: [DONE]\r\n', 'data:[DONE] \n'])(
    'ends at [DONE] though the stream ends right behind it: %j',
    (end) => {
      const usage = { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } };
      const reply = cutOff([chunk({ content: 'a' }), chunk({}, 'stop'), usage], end);
      expect(reply).toMatchObject({ stop: 'end', usage: { tokensIn: 5, tokensOut: 2 } });
      expect(() => cutOff([chunk({ content: 'a' })], end)).toThrow('LLM_PROTOCOL');
    },
  );

  it.each(['data: [DO', ': [DONE]', 'data: {}\n', 'data: [DONE]\ndata: [DONE]\n', 'data:\n'])(
    'is broken off inside any other event: %j',
    (end) => {
      const whole = [chunk({ content: 'a' }), chunk({}, 'stop')];
      expect(() => cutOff(whole, end)).toThrow('LLM_PROTOCOL the stream ended before its last event');
    },
  );

  it.each([[['usage']], ['usage'], [{ prompt_tokens: '5', completion_tokens: '2' }], [{ prompt_tokens: -5 }], [7]])(
    'is kept where the usage cannot be read: %j',
    (usage) => {
      const reply = replyTo(chunk({ content: 'a' }), chunk({}, 'stop'), { choices: [], usage }, DONE);
      expect(reply).toMatchObject({ text: 'a', usage: null });
    },
  );
});

describe('calls of tools', () => {
  const calls = (...events: object[]) => replyTo(...events, chunk({}, 'tool_calls'), DONE).toolCalls;

  it('are two where Ollama gives both index 0, or none', () => {
    const one = { id: 'a', function: { name: 'look', arguments: '{"x":1}' } };
    const two = { id: 'b', function: { name: 'see', arguments: '{"y":2}' } };
    const expected = [
      { id: 'a', name: 'look', arguments: '{"x":1}' },
      { id: 'b', name: 'see', arguments: '{"y":2}' },
    ];
    expect(calls(called({ ...one, index: 0 }), called({ ...two, index: 0 }))).toEqual(expected);
    expect(calls(called(one, two))).toEqual(expected);
    expect(calls(called({ ...one, id: null }, { ...two, id: null })).map(({ name }) => name)).toEqual(['look', 'see']);
  });

  it('are one where every piece bears another id, the same id or the name again', () => {
    const begin = { index: 0, id: 'a', function: { name: 'look' } };
    const expected = [{ id: 'a', name: 'look', arguments: '{"x":1}' }];
    const other = [{ arguments: '{"x"' }, { arguments: ':1}' }].map((piece, n) =>
      called({ index: 0, id: `other${n}`, function: piece }),
    );
    expect(calls(called(begin), ...other)).toEqual(expected);
    const named = called({ index: 0, id: 'a', function: { name: 'look', arguments: '{"x":1}' } });
    expect(calls(called(begin), named)).toEqual(expected);
    const bare = called({ id: 'a', function: { name: 'look', arguments: '{"x"' } });
    expect(calls(bare, called({ id: 'a', function: { arguments: ':1}' } }))).toEqual(expected);
  });

  it('are none where the server only says so', () => {
    expect(replyTo(chunk({ content: '{}' }), chunk({}, 'tool_calls'), DONE)).toMatchObject({ stop: 'end', text: '{}' });
    expect(replyTo(called({ index: 0, id: 'a', function: { name: 'look' } }), chunk({}, 'stop'), DONE)).toMatchObject({
      stop: 'tools',
      toolCalls: [{ arguments: '{}' }],
    });
  });

  it('go back as JSON objects whatever the model wrote, or the server would refuse the conversation', () => {
    const blocks = ['{"x":1}', '{"x":', '"x"', '[1]'].map((json, n) => ({
      ...{ type: 'toolCall' as const, id: `c${n}`, name: 'look', arguments: json },
    }));
    const record = { id: 'm', wireName: null, outputTokensMax: 10, acceptsTemperature: false } as ModelRecord;
    const request = {
      ...{ model: 'm', system: '', messages: [{ role: 'assistant' as const, blocks }], tools: [], answer: null },
      ...{ maxTokens: 10, temperature: null, idleTimeoutMs: 1, totalTimeoutMs: 1 },
    };
    const [message] = chatBody(request, record).messages as { tool_calls: { function: { arguments: string } }[] }[];
    expect(message?.tool_calls.map((one) => one.function.arguments)).toEqual(['{"x":1}', '{}', '{}', '{}']);
  });
});

describe('the limit on output', () => {
  it.each([
    [{}, 'max_tokens'],
    [{ outputLimitName: 'max_tokens' }, 'max_tokens'],
    [{ outputLimitName: 'max_completion_tokens' }, 'max_completion_tokens'],
  ] as const)('goes out once, under the name that the record tells: %j', (own, name) => {
    const record = { id: 'm', wireName: null, outputTokensMax: 10, acceptsTemperature: false, ...own } as ModelRecord;
    const request = {
      ...{ model: 'm', system: '', messages: [{ role: 'user' as const, text: 'x' }], tools: [], answer: null },
      ...{ maxTokens: 50, temperature: null, idleTimeoutMs: 1, totalTimeoutMs: 1 },
    };
    const limits = Object.entries(chatBody(request, record)).filter(([key]) => /^max_/.test(key));
    expect(limits).toEqual([[name, 10]]);
  });
});

describe('an error after a 200', () => {
  it.each([
    [{ error: { message: 'slow', type: 'Whatever', code: 429 } }, 'LLM_RATE_LIMITED'],
    [{ error: { message: 'too long', type: 'BadRequestError', code: 400 } }, 'LLM_BAD_REQUEST'],
    [{ object: 'error', message: 'boom', type: 'InternalServerError', code: 500 }, 'PROVIDER_DOWN'],
    [{ error: { message: 'gone', code: 502 }, choices: [{ delta: {}, finish_reason: 'error' }] }, 'PROVIDER_DOWN'],
    [{ error: 'no room' }, 'LLM_PROTOCOL'],
    [chunk({}, 'insufficient_system_resource'), 'LLM_OVERLOADED'],
    [chunk({}, 'abort'), 'PROVIDER_DOWN'],
    [chunk({}, 'because'), 'LLM_PROTOCOL'],
  ])('is what its status would mean: %j', (event, code) => {
    expect(failureOf(chunk({ content: 'half' }), event, DONE)).toBe(code);
  });
});
