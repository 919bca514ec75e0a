/** Where alerts may go: the owner's https address, Telegram, and loopback only where it is allowed by name. */
import { expect, it } from 'vitest';
import { parseEnvironment } from '../../config/environment.ts';

it.each([
  [{ ALERT_WEBHOOK_URL: 'http://hooks.example/x' }, 'CONFIG_URL_BLOCKED ALERT_WEBHOOK_URL'],
  [{ ALERT_WEBHOOK_URL: 'http://127.0.0.1:9/x' }, 'CONFIG_URL_BLOCKED ALERT_WEBHOOK_URL'],
  [{ ALERT_WEBHOOK_URL: 'https://169.254.169.254/x' }, 'CONFIG_URL_BLOCKED ALERT_WEBHOOK_URL'],
  [{ ALERT_TELEGRAM_TOKEN: `1:${'A'.repeat(30)}` }, 'CONFIG_REQUIRED ALERT_TELEGRAM_CHAT'],
  [{ ALERT_TELEGRAM_CHAT: '@somebody' }, 'CONFIG_REQUIRED ALERT_TELEGRAM_TOKEN'],
  [{ ALERT_TELEGRAM_URL: 'https://telegram.example' }, 'CONFIG_URL_BLOCKED ALERT_TELEGRAM_URL'],
])('refuses %j', (raw, expected) => {
  const problems = () => parseEnvironment(raw);
  const [code = '', name = ''] = expected.split(' ');
  expect(problems).toThrow(code);
  expect(problems).toThrow(name);
});
