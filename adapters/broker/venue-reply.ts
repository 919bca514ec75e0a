/** What came of one request to a venue, whichever: its reply as exact JSON, or why there is none. */
import { type ExactValue, parseExactJson } from '../http/exact-json.ts';
import type { FailurePhase } from '../http/venue-http.ts';

/** `json` is null when the body is no JSON. */
export type VenueReply =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly json: ExactValue;
      readonly code: string | null;
      readonly message: string | null;
    }
  | { readonly kind: 'failure'; readonly phase: FailurePhase; readonly reason: string };

/** Null where the body is no JSON. */
export function jsonOf(body: string): ExactValue {
  try {
    return parseExactJson(body);
  } catch {
    return null;
  }
}

const TOO_MANY = 429;
const BANNED = 418;

/** The venue wants fewer requests, and says in its headers until when. */
export const asksForPause = (status: number): boolean => status === TOO_MANY || status === BANNED;
