/**
 * The settings of alerts, for config/environment.ts to read with all others. Without any of them alerts are in the log.
 */
import { z } from 'zod';
import type { AlertSettings } from '../schemas/alert.ts';
import { outsideUrlProblems } from '../schemas/outside-url.ts';
import { type Problem, problem } from '../schemas/problem.ts';

const TELEGRAM_URL = 'https://api.telegram.org';

export const alertVariables = {
  ALERT_WEBHOOK_URL: z.string().optional(),
  ALERT_TELEGRAM_TOKEN: z
    .string()
    .regex(/^[0-9]{1,20}:[A-Za-z0-9_-]{20,100}$/)
    .optional(),
  ALERT_TELEGRAM_CHAT: z
    .string()
    .regex(/^(-?[0-9]{1,20}|@[A-Za-z0-9_]{5,32})$/)
    .optional(),
  ALERT_TELEGRAM_URL: z.string().default(TELEGRAM_URL),
} as const;

export type AlertVariable = keyof typeof alertVariables;
type Values = { readonly [N in AlertVariable]?: string | undefined };

export const ALERT_EXPECTATIONS: Readonly<Record<AlertVariable, readonly [expected: string, hint: string]>> = {
  ALERT_WEBHOOK_URL: ['an https address', 'leave it out to post alerts nowhere'],
  ALERT_TELEGRAM_TOKEN: ['the token of a bot, NUMBER:LETTERS', 'leave it out to use no Telegram'],
  ALERT_TELEGRAM_CHAT: ['the number or @name of a chat', 'needed with ALERT_TELEGRAM_TOKEN'],
  ALERT_TELEGRAM_URL: ['an address', `leave it out for ${TELEGRAM_URL}`],
};

export const alertSettings = (values: Values, allowLoopback: boolean): AlertSettings => ({
  webhookUrl: values.ALERT_WEBHOOK_URL ?? null,
  telegram:
    values.ALERT_TELEGRAM_TOKEN === undefined || values.ALERT_TELEGRAM_CHAT === undefined
      ? null
      : {
          ...{ url: values.ALERT_TELEGRAM_URL ?? TELEGRAM_URL },
          ...{ token: values.ALERT_TELEGRAM_TOKEN, chat: values.ALERT_TELEGRAM_CHAT },
        },
  allowLoopback,
});

/** The webhook's host is the owner's to choose; Telegram's is Telegram's, or a local server of its Bot API. */
export function alertProblems(values: Values, allowLoopback: boolean): Problem[] {
  const { ALERT_WEBHOOK_URL: webhook, ALERT_TELEGRAM_TOKEN: token, ALERT_TELEGRAM_CHAT: chat } = values;
  const hosts = webhook !== undefined && URL.canParse(webhook) ? [new URL(webhook).hostname] : [];
  const telegram = values.ALERT_TELEGRAM_URL ?? TELEGRAM_URL;
  const lone = token === undefined ? 'ALERT_TELEGRAM_TOKEN' : 'ALERT_TELEGRAM_CHAT';
  return [
    ...(webhook === undefined ? [] : outsideUrlProblems('ALERT_WEBHOOK_URL', webhook, { hosts, allowLoopback })),
    ...outsideUrlProblems('ALERT_TELEGRAM_URL', telegram, { hosts: [new URL(TELEGRAM_URL).hostname], allowLoopback }),
    ...((token === undefined) === (chat === undefined)
      ? []
      : [problem('CONFIG_REQUIRED', lone, undefined, ALERT_EXPECTATIONS[lone][0], 'token and chat go together')]),
  ];
}
