/** The channels of this desk: its log, and what the environment adds. */
import type { AlertSettings } from '../../schemas/alert.ts';
import type { AlertChannel } from './alert-port.ts';
import { logChannel } from './log.ts';
import { telegramChannel } from './telegram.ts';
import { webhookChannel } from './webhook.ts';

export function configuredAlerts(settings: AlertSettings, write: (line: string) => void): AlertChannel[] {
  const { webhookUrl, telegram, allowLoopback } = settings;
  return [
    logChannel(write),
    ...(webhookUrl === null ? [] : [webhookChannel({ url: webhookUrl, allowLoopback })]),
    ...(telegram === null ? [] : [telegramChannel({ ...telegram, allowLoopback })]),
  ];
}
