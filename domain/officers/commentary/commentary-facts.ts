/**
 * What there is to say about an event of an officer: one sentence of ours,
 * the reasons as they were given, their numbers.
 */
import { cutText } from '../../../schemas/cut-text.ts';
import type { CommentaryFacts } from '../../../schemas/officers/commentary.ts';
import { numbersIn } from '../../llm/quoted-numbers.ts';

type Payload = Readonly<Record<string, unknown>>;

const REASONS_MAX = 10;
const REASON_LENGTH_MAX = 300;

const SENTENCES: Readonly<Record<string, (payload: Payload) => string>> = {
  ceo_mode_switch: ({ oldMode, newMode }) => `the operating mode went from ${word(oldMode)} to ${word(newMode)}`,
  risk_alert: ({ level, accountId }) => `risk alert, ${word(level)}, account ${word(accountId)}`,
};

/** Types of events that are commented on. */
export const COMMENTED_EVENTS: readonly string[] = Object.keys(SENTENCES);

/** null for an event of any other type. */
export function commentaryFacts(type: string, payload: Payload): CommentaryFacts | null {
  const sentence = Object.hasOwn(SENTENCES, type) ? SENTENCES[type]?.(payload) : undefined;
  if (sentence === undefined) return null;
  const given = typeof payload.reason === 'string' ? payload.reason.split('; ') : payload.alerts;
  const texts = Array.isArray(given) ? given.filter((one): one is string => typeof one === 'string' && one !== '') : [];
  const reasons = texts.slice(0, REASONS_MAX).map((one) => cutText(one, REASON_LENGTH_MAX));
  const figures = [sentence, ...reasons].flatMap((text) => numbersIn(text).map(({ value }) => value));
  return { event: type, sentence, reasons, figures };
}

const word = (value: unknown): string => (typeof value === 'string' ? value : 'unknown');
