/**
 * `npm run venue -- --journal FILE …`: a test venue for drills, a process of its own that speaks Alpaca's wire format
 * on 127.0.0.1. It misbehaves as told, and its journal says what really happened. Nothing here ever touches real money.
 */

import { InvalidInput, problem } from '../schemas/problem.ts';
import { messageOf } from './lib/desk-problem.ts';
import { say } from './lib/progress.ts';
import { onInterrupt, printJson, runScript, wantsJson } from './lib/script.ts';
import { startVenue, type VenueOptions } from './lib/venue/start-venue.ts';
import { readVenueFlags } from './lib/venue/venue-flags.ts';

const INTERRUPTED = 130;

await runScript(async () => {
  const options = readVenueFlags(process.argv.slice(2));
  const stopped = new Promise<number>((resolve) => {
    onInterrupt((signal) => resolve(signal === 'SIGINT' ? INTERRUPTED : 0));
  });
  const { url, accounts, close } = await startVenue(options).catch((error) => notStarted(options, error));
  if (wantsJson()) printJson({ ok: true, url, journal: options.journal, accounts, pid: process.pid });
  else process.stdout.write(`venue at ${url}, journal ${options.journal}, account ${accounts.join(', ')}\n`);
  const exitCode = await stopped;
  await close();
  say('venue stopped');
  return exitCode;
});

/** A port that is taken and a file that cannot be written are mistakes of the command line. */
function notStarted({ port, journal }: VenueOptions, error: unknown): never {
  if (error instanceof InvalidInput) throw error;
  const path = error instanceof Error && 'syscall' in error && error.syscall === 'listen' ? '--port' : '--journal';
  const got = path === '--port' ? port : journal;
  throw new InvalidInput([problem('VENUE_NOT_STARTED', path, got, 'one that is free', messageOf(error))]);
}
