/**
 * Alerts as a POST to an address of the owner's choice. `text` is what chat services show; the rest is for programs.
 */
import { createHash } from 'node:crypto';
import type { AlertChannel } from './alert-port.ts';
import { postAlert } from './post-alert.ts';

type Settings = { readonly url: string; readonly allowLoopback: boolean; readonly timeoutMs?: number };

export const webhookChannel = ({ url, ...settings }: Settings): AlertChannel => ({
  name: `webhook ${createHash('sha256').update(url).digest('hex').slice(0, 12)}`,
  deliver: (alert) =>
    postAlert({
      ...settings,
      ...{ url, hosts: [new URL(url).hostname], body: alert },
      headers: { 'idempotency-key': `quarterdeck-event-${alert.sequence}` },
    }),
});
