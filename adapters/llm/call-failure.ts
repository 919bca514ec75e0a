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
