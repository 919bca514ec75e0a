/** One POST of JSON to whoever takes alerts: what its answer proves, and when to try again. */
import { retryAfterMs } from '../../domain/llm/retry-after.ts';
import { type HttpAnswer, requestOnce } from '../http/venue-http.ts';
import type { Delivery } from './alert-port.ts';

export type AlertPost = {
  readonly url: string;
  /** Hosts that may be called; loopback and private ones only where `allowLoopback` says so. */
  readonly hosts: readonly string[];
  readonly allowLoopback: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
  /** @default 10000 */
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 10_000;
const BYTES_MAX = 65_536;

export async function postAlert({
  url,
  headers,
  body,
  timeoutMs = TIMEOUT_MS,
  ...hosts
}: AlertPost): Promise<Delivery> {
  const answer = await requestOnce('alert.send', {
    ...hosts,
    ...{ method: 'POST', baseUrl: new URL(url).origin, path: new URL(url).pathname, body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...headers },
    ...{ totalTimeoutMs: timeoutMs, idleTimeoutMs: timeoutMs, bodyBytesMax: BYTES_MAX },
  });
  return deliveryOf(answer);
}

function deliveryOf(answer: HttpAnswer): Delivery {
  if (answer.kind === 'failure') return { kind: 'failed', reason: answer.reason, afterMs: null };
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const asked = headers['retry-after'];
  const retryAfter = typeof asked === 'string' ? asked : null;
  const afterMs = retryAfterMs({ retryAfter, retryAfterMs: null }, Date.now());
  return { kind: 'failed', reason: `answered ${status}`, afterMs };
}
