/**
 * Every activity tells the server once a second that its worker lives, so that the work of a dead one is given to
 * another within seconds, and a slow database is not taken for a dead worker.
 */
import { type Context, heartbeat } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

const HEARTBEAT_EVERY_MS = 1_000;

export const beatWhileRunning = (_context: Context): ActivityInterceptors => ({
  inbound: {
    execute: async (input, next) => {
      const timer = setInterval(() => heartbeat(), HEARTBEAT_EVERY_MS);
      try {
        return await next(input);
      } finally {
        clearInterval(timer);
      }
    },
  },
});
