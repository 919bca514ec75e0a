/** Old results of tools make room in a long conversation; what the model has yet to answer never does. */
import { expect, it } from 'vitest';
import { digestOf, fitConversation, tokensOf } from '../../../domain/llm/fit-conversation.ts';
import type { ModelMessage } from '../../../schemas/llm/model-call.ts';

const question: ModelMessage = { role: 'user', text: 'What do you make of BTC/USDT?' };
const thought = (n: number): ModelMessage => ({ role: 'assistant', blocks: [{ type: 'text', text: `look ${n}` }] });
const result = (n: number, letters = 3_000): ModelMessage => ({
  ...{ role: 'tool', callId: `c${n}`, name: 'get_market_features', isError: false },
  result: `${n}${'x'.repeat(letters)}`,
});
const long = [question, thought(1), result(1), thought(2), result(2), thought(3), result(3)];
const resultsOf = (messages: readonly ModelMessage[]) =>
  messages.flatMap((one) => (one.role === 'tool' ? [one.result] : []));
const sizeOf = (messages: readonly ModelMessage[]) =>
  messages.reduce((sum, one) => sum + tokensOf(JSON.stringify(one)), 0);

it('is told whole while it fills less than 60 % of the context', () => {
  expect(fitConversation({ system: 'rules', messages: long }, 6_000)).toEqual(long);
});

it('shortens the oldest result first, and only as many as make room', () => {
  const fitted = fitConversation({ system: 'rules', messages: long }, 4_500);
  const [first = '', second, third] = resultsOf(fitted);
  expect(JSON.parse(first)).toMatchObject({ digest: { characters: 3_001, begins: `1${'x'.repeat(239)}` } });
  expect([second, third]).toEqual(resultsOf(long).slice(1));
  expect(sizeOf(fitted)).toBeLessThanOrEqual(0.6 * 4_500);
  expect(fitConversation({ system: 'rules', messages: fitted }, 4_500)).toEqual(fitted);
});

it('keeps the results that no turn has answered yet, however little room there is', () => {
  const fitted = fitConversation({ system: 'rules', messages: long }, 100);
  expect(resultsOf(fitted).map((one) => one.startsWith('{"digest"'))).toEqual([true, true, false]);
  expect(fitted.filter(({ role }) => role !== 'tool')).toEqual(long.filter(({ role }) => role !== 'tool'));
});

it('leaves short results alone: their digest would be longer', () => {
  const short = [question, thought(1), result(1, 20), thought(2), result(2, 20)];
  expect(fitConversation({ system: 'rules', messages: short }, 10)).toEqual(short);
});

it('names the whole result by its hash, and never cuts a character in two', () => {
  const text = '\u{1F600}'.repeat(300);
  const { digest } = JSON.parse(digestOf(text)) as { digest: { sha256: string; begins: string } };
  expect(digest.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(digest.begins).toBe('\u{1F600}'.repeat(240));
});
