/**
 * Tells people what must not wait until they look: the alerts among the events, to each channel at
 * its own pace. Runs beside the trading worker. A channel that fails is tried again, more and more
 * slowly; it holds up neither the desk nor the others.
 */
import type { AlertChannel } from '../adapters/alerts/alert-port.ts';
import { type AlertAttempt, deliverNext } from '../db/alerts.ts';
import type { Database } from '../db/tables.ts';
import { ALERT_EVENTS, alertOf } from '../domain/alerts/alert-of.ts';

const LOOK_MS = 1_000;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 60_000;

export type AlertParts = {
  readonly db: Database;
  readonly channels: readonly AlertChannel[];
  readonly nowMs: () => number;
};

/** One attempt of one channel. */
export const tellNext = ({ db, nowMs }: AlertParts, channel: AlertChannel): Promise<AlertAttempt> =>
  deliverNext(db, {
    ...{ channel: channel.name, types: ALERT_EVENTS, nowMs },
    deliver: async (event) => {
      const alert = alertOf(event);
      return alert === null ? { kind: 'delivered' } : channel.deliver(alert);
    },
  });

/** Looks every second until it is stopped; `stop` waits for a delivery that is under way. */
export function keepAlerting(parts: AlertParts): { readonly stop: () => Promise<void> } {
  const ended = new AbortController();
  const running = parts.channels.map((channel) => keepTelling(parts, channel, ended.signal));
  return {
    stop: async () => {
      ended.abort();
      await Promise.all(running);
    },
  };
}

async function keepTelling(parts: AlertParts, channel: AlertChannel, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const attempt = await tellNext(parts, channel).catch((): AlertAttempt => ({ kind: 'idle' }));
    if (attempt.kind === 'delivered') continue;
    await pause(attempt.kind === 'idle' ? LOOK_MS : retryMs(attempt), ended);
  }
}

const retryMs = ({ failures, afterMs }: Extract<AlertAttempt, { kind: 'failed' }>): number =>
  afterMs ?? Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** Math.min(failures - 1, 10));

function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      ended.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    ended.addEventListener('abort', end, { once: true });
    if (ended.aborted) end();
  });
}
