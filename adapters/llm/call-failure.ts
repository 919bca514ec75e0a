/** Failures that an adapter finds for itself, in a reply that came. All of them may have been billed. */
import { printable } from '../../domain/llm/provider-failure.ts';
import { ModelCallFailed, type ModelFailureCode } from '../../schemas/llm/model-call.ts';

const failed = (code: ModelFailureCode, retryable: boolean, detail: string): ModelCallFailed =>
  new ModelCallFailed({ code, retryable, retryAfterMs: null, mayHaveBeenBilled: true, detail: printable(detail) });

/** What came is not the wire format; asking again would bring the same. */
export const protocolFailure = (detail: string): ModelCallFailed => failed('LLM_PROTOCOL', false, detail);

/** The stream ended, in good order, without its last event. */
export const brokenOff = (detail: string): ModelCallFailed => failed('LLM_PROTOCOL', true, detail);

export const tooLarge = (detail: string): ModelCallFailed => failed('LLM_TOO_LARGE', false, detail);

/** Nothing was sent. */
export const notSent = (code: ModelFailureCode, detail: string): ModelCallFailed =>
  new ModelCallFailed({
    code,
    retryable: false,
    retryAfterMs: null,
    mayHaveBeenBilled: false,
    detail: printable(detail),
  });

const KEY_LENGTH_MIN = 8;

/** The same without our key, which some servers repeat, or the beginning of it that the cut has left. */
export function withoutKey(failed: ModelCallFailed, key: string | null): ModelCallFailed {
  if (key === null || key.length < KEY_LENGTH_MIN) return failed;
  const { detail } = failed.failure;
  const half = beginningAtEnd(detail, key);
  const told = detail.slice(0, detail.length - half).replaceAll(key, '[secret]');
  return told === detail ? failed : new ModelCallFailed({ ...failed.failure, detail: told });
}

/** How many characters of the key's beginning a text ends with. */
function beginningAtEnd(text: string, key: string): number {
  for (let length = key.length - 1; length >= KEY_LENGTH_MIN; length -= 1) {
    if (text.endsWith(key.slice(0, length))) return length;
  }
  return 0;
}
