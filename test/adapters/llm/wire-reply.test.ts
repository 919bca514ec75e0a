/** A reply in our own words: what two calls of one id become. */
import { expect, it } from 'vitest';
import { replyOf } from '../../../adapters/llm/wire-reply.ts';

const call = (id: string, name: string) => ({ type: 'toolCall' as const, id, name, arguments: '{}' });

it('gives every call of a reply an id of its own, in the blocks that go back too', () => {
  const blocks = [call('a', 'one'), { type: 'text' as const, text: 'and' }, call('a', 'two'), call('a_2', 'three')];
  const wire = { blocks, stop: 'tools' as const, usage: null, refusal: null, native: {} };
  const reply = replyOf(wire, { temperatureSent: null, providerRequestId: null });
  expect(reply.toolCalls.map(({ id, name }) => `${id} ${name}`)).toEqual(['a one', 'a_2 two', 'a_2_2 three']);
  const inBlocks = reply.blocks.flatMap((one) => (one.type === 'toolCall' ? [one.id] : []));
  expect(inBlocks).toEqual(['a', 'a_2', 'a_2_2']);
});
