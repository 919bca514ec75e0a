/** Thoughts in front of an answer: whatever they look like, nothing inside them is ever taken for the answer. */
import { expect, it } from 'vitest';
import { parseAnswer } from '../../../domain/llm/parse-answer.ts';
import { withoutThoughts } from '../../../domain/llm/thoughts.ts';

const advice = (action: 'buy' | 'sell', rationale: string): string =>
  JSON.stringify({
    ...{ version: 1, symbol: 'BTC/USDT', action, confidence: 0.7, rationale },
    ...{ riskLevel: 'low', warnings: [] },
  });
const BUY = advice('buy', 'It rises.');
const SELL = advice('sell', 'It falls, and <think> or </think> is only quoted.');

function answerOf(text: string): string {
  const reply = { text: withoutThoughts(text), stop: 'end' as const };
  const parsed = parseAnswer('advice', reply, { symbols: ['BTC/USDT'] });
  return parsed.ok ? parsed.value.action : parsed.code;
}

it.each([
  ['none', SELL, 'sell'],
  ['one block', `<think>It falls.</think>${SELL}`, 'sell'],
  ['an empty block, as Qwen writes it', `<think>\n\n</think>\n\n${SELL}`, 'sell'],
  ['white space before it', `\u200b\n <think>It falls.</think>${SELL}`, 'sell'],
  ['a fence behind it', `<think>It falls.</think>\n\`\`\`json\n${SELL}\n\`\`\``, 'sell'],
  ['a draft of another answer inside', `<think>First: ${BUY} No.</think>${SELL}`, 'sell'],
  ['a block inside the block', `<think>a <think>${BUY}</think> b</think>${SELL}`, 'sell'],
  ['a refusal that was only thought', `<think>I cannot help with that. Or can I?</think>${SELL}`, 'sell'],
])('are left out of the answer: %s', (_, text, action) => {
  expect(answerOf(text)).toBe(action);
});

it.each([
  ['a block that is never closed', `<think>It falls. ${BUY}`, 'LLM_EMPTY'],
  ['a block that is never closed, and refuses', '<think>I cannot help with that.', 'LLM_EMPTY'],
  ['an inner block that alone is closed', `<think>a <think>b</think>${BUY}`, 'LLM_EMPTY'],
  ['nothing behind the block', `<think>${BUY}</think>`, 'LLM_EMPTY'],
  ['a block behind the answer', `${BUY}<think>Or not.</think>`, 'LLM_NOT_JSON'],
  ['a second block', `<think>a</think><think>b</think>${BUY}`, 'LLM_NOT_JSON'],
  ['a block that is closed twice', `<think>a</think>${BUY}</think>${SELL}`, 'LLM_AMBIGUOUS'],
  ['a block that was never opened', `It falls.</think>${BUY}`, 'LLM_NOT_JSON'],
  ['words before the block', `Well. <think>a</think>${BUY}`, 'LLM_NOT_JSON'],
])('are no answer and no part of one: %s', (_, text, code) => {
  expect(answerOf(text)).toBe(code);
});

it('are looked through in time that grows with their length', () => {
  const startedAt = performance.now();
  expect(withoutThoughts(`<think>${'<think></think>'.repeat(20_000)}`)).toBe('');
  expect(withoutThoughts(' '.repeat(200_000))).toHaveLength(200_000);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
