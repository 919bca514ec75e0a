/** Alerts as messages of a Telegram bot. Its token is part of the address, which is therefore never told to anyone. */
import { createHash } from 'node:crypto';
import { cutText } from '../../schemas/cut-text.ts';
import type { AlertChannel } from './alert-port.ts';
import { postAlert } from './post-alert.ts';

/** Longest text of a message. */
const TEXT_MAX = 4_096;

type Settings = {
  /** Of the Bot API: Telegram's own, or a local server of it. */
  readonly url: string;
  readonly token: string;
  /** Id or @name of the chat. */
  readonly chat: string;
  readonly allowLoopback: boolean;
  readonly timeoutMs?: number;
};

export const telegramChannel = ({ url, token, chat, ...settings }: Settings): AlertChannel => ({
  name: `telegram ${createHash('sha256').update(`${url} ${chat}`).digest('hex').slice(0, 12)}`,
  deliver: async (alert) => {
    const body = { chat_id: chat, text: cutText(alert.text, TEXT_MAX), disable_web_page_preview: true };
    const address = `${url.replace(/\/$/, '')}/bot${token}/sendMessage`;
    const delivery = await postAlert({ ...settings, url: address, hosts: [new URL(url).hostname], body });
    return delivery.kind === 'failed' ? { ...delivery, reason: delivery.reason.replaceAll(token, '***') } : delivery;
  },
});
