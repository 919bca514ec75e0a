/** Alerts as JSON lines of the process's own log. Always there. */
import type { AlertChannel } from './alert-port.ts';

export const logChannel = (write: (line: string) => void): AlertChannel => ({
  name: 'log',
  deliver: async ({ text, level, atMs, ...alert }) => {
    const at = new Date(atMs).toISOString();
    write(`${JSON.stringify({ at, level: level === 'critical' ? 'ERROR' : 'WARN', message: text, alert })}\n`);
    return { kind: 'delivered' };
  },
});
