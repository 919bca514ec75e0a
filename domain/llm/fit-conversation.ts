/**
 * A conversation that fits into a model's context. Nothing that was said is edited: when it fills more than 60 % of the
 * context, the oldest results of tools go out as their digest, and the stored conversation keeps them whole. What a
 * model has not answered yet is never cut. The same conversation always goes out the same way.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { ModelMessage } from '../../schemas/llm/model-call.ts';
import { canonicalJson, sha256Hex } from '../canonical-json.ts';

export const CONTEXT_SHARE_MAX = 0.6;
/** Bytes of UTF-8 that make one token: rather few, so that rather too many tokens are counted. JSON has about three. */
const BYTES_A_TOKEN = 3;
const HEAD_LENGTH = 240;

export type Told = { readonly system: string; readonly messages: readonly ModelMessage[] };

/** @param contextTokens of the model that is asked @param otherTokens what goes along: tools and the answer's schema */
export function fitConversation(told: Told, contextTokens: number, otherTokens = 0): ModelMessage[] {
  const room = CONTEXT_SHARE_MAX * contextTokens - otherTokens;
  const messages = [...told.messages];
  let tokens = tokensOf(told.system) + messages.reduce((sum, one) => sum + tokensOf(JSON.stringify(one)), 0);
  const lastTurn = messages.findLastIndex(({ role }) => role === 'assistant');
  for (const [index, message] of messages.entries()) {
    if (tokens <= room || index > lastTurn) break;
    if (message.role !== 'tool') continue;
    const short = { ...message, result: digestOf(message.result) };
    const saved = tokensOf(JSON.stringify(message)) - tokensOf(JSON.stringify(short));
    if (saved <= 0) continue;
    messages[index] = short;
    tokens -= saved;
  }
  return messages;
}

export const tokensOf = (text: string): number => Math.ceil(utf8ToBytes(text).length / BYTES_A_TOKEN);

/** How long a result was, how it began, and the hash under which it is kept. */
export const digestOf = (result: string): string =>
  canonicalJson({
    digest: {
      note: 'an older result, shortened to save room; call the tool again for the whole',
      characters: result.length,
      sha256: sha256Hex(result),
      begins: Array.from(result).slice(0, HEAD_LENGTH).join(''),
    },
  });
