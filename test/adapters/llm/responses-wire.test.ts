/** The Responses format where models differ, and where a stream ends otherwise than with an answer. */
import { describe, expect, it } from 'vitest';
import { createResponsesAssembly, responsesBody } from '../../../adapters/llm/openai-responses-wire.ts';
import { replyOf } from '../../../adapters/llm/wire-reply.ts';
import type { AssistantBlock, ModelReply } from '../../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../../schemas/llm/model-registry.ts';

function bodyOf(blocks: AssistantBlock[], acceptsTemperature = false) {
  const record = {
    id: 'm',
    provider: 'openai',
    wireName: null,
    outputTokensMax: 10,
    acceptsTemperature,
  } as ModelRecord;
  const messages = [{ role: 'assistant' as const, blocks }];
  const request = { model: 'm', system: '', messages, tools: [], answer: null, maxTokens: 10, temperature: null };
  return responsesBody({ ...request, idleTimeoutMs: 1, totalTimeoutMs: 1 }, record);
}

describe('a request', () => {
  it('asks for encrypted thoughts only where a model thinks', () => {
    expect(bodyOf([]).include).toEqual(['reasoning.encrypted_content']);
    expect(bodyOf([], true)).not.toHaveProperty('include');
  });

  it('gives thoughts back only as they came encrypted, for nothing is stored there', () => {
    const thought = (fields: object): AssistantBlock => ({
      ...{ type: 'opaque', provider: 'openai', json: JSON.stringify({ type: 'reasoning', id: 'rs_1', ...fields }) },
    });
    const { input } = bodyOf([thought({ encrypted_content: 'b3BhcXVl' }), thought({ summary: [] })]);
    expect(input).toEqual([{ type: 'reasoning', id: 'rs_1', encrypted_content: 'b3BhcXVl' }]);
  });

  it('gives arguments back as an object, whatever the model wrote', () => {
    const written = ['{"x":1}', '{"x":', '""'];
    const blocks = written.map((json) => ({ type: 'toolCall' as const, id: 'c', name: 'look', arguments: json }));
    expect(bodyOf(blocks).input).toMatchObject(['{"x":1}', '{}', '{}'].map((json) => ({ arguments: json })));
  });
});

describe('a stream', () => {
  const replyTo = (type: string, response: object): ModelReply => {
    const assembly = createResponsesAssembly('openai');
    assembly.take({ type: 'keepalive', sequence_number: 0 });
    assembly.take({ type, sequence_number: 1, response });
    const wire = assembly.reply();
    if (wire === null) throw new Error('it has not ended');
    return replyOf(wire, { temperatureSent: null, providerRequestId: null });
  };
  const output = [{ type: 'message', content: [{ type: 'output_text', text: '{}' }] }];

  it.each([
    ['max_output_tokens', 'truncated'],
    ['content_filter', 'refused'],
  ])('that ends incomplete for %s is %s', (reason, stop) => {
    const response = { status: 'incomplete', incomplete_details: { reason }, output };
    expect(replyTo('response.incomplete', response)).toMatchObject({ stop, text: '{}' });
  });

  it('that ends for a reason nobody knows is no answer', () => {
    expect(() => replyTo('response.incomplete', { status: 'incomplete', output })).toThrow('LLM_PROTOCOL');
    expect(() => replyTo('response.completed', { status: 'cancelled', output })).toThrow('LLM_PROTOCOL');
  });

  it.each(['many', 7, [], { input_tokens: '5' }])('keeps its answer where the usage is %j', (usage) => {
    expect(replyTo('response.completed', { status: 'completed', output, usage })).toMatchObject({
      text: '{}',
      usage: null,
    });
  });
});
