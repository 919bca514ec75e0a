/**
 * `npm start`: brings the desk up (or adopts it), runs the main job, says where to look, and keeps the desk up until
 * Ctrl-C. With `--once` it ends with the report's exit code and leaves the services running.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnvironment, programFolders } from '../config/environment.ts';
import { type Desk, isDeskUp, startDesk, stopDesk } from './lib/desk.ts';
import { messageOf } from './lib/desk-problem.ts';
import { readState } from './lib/desk-state.ts';
import { runMainJob } from './lib/main-job.ts';
import { deskHome } from './lib/paths.ts';
import { say } from './lib/progress.ts';
import { onInterrupt, runScript } from './lib/script.ts';
import { readStartFlags } from './lib/start-flags.ts';

const LOOK_EVERY_MS = 2_000;
const INTERRUPTED = 130;

let stopping: Promise<never> | null = null;

await runScript(async () => {
  const { once, officers, ...job } = readStartFlags();
  const home = deskHome(parseEnvironment());
  if (!once) onInterrupt(() => stopOnce(home));
  try {
    const desk = await startDesk({ officers });
    const exitCode = await runMainJob(desk, job);
    sayWhereToLook(desk);
    if (once) return exitCode;
    say('\nThe desk is up. Ctrl-C stops it.');
    return await keepUp(home, officers);
  } catch (error) {
    if (stopping !== null) await stopping;
    throw error;
  }
});

/** The first Ctrl-C takes the desk down, a second one does not wait for that. */
function stopOnce(home: string): void {
  if (stopping !== null) process.exit(INTERRUPTED);
  stopping = takeDown(home);
}

async function takeDown(home: string): Promise<never> {
  say('\nstopping …');
  try {
    say(`stopped: ${(await stopDesk(home)).join(', ') || 'nothing was running'}`);
  } catch (error) {
    say(messageOf(error));
  }
  process.exit(INTERRUPTED);
}

/** Looks after the services until somebody stops them; what died is brought up again on its old port. */
async function keepUp(home: string, officers: boolean): Promise<number> {
  for (;;) {
    await sleep(LOOK_EVERY_MS);
    const isUp = await isDeskUp();
    if (stopping !== null) await stopping;
    if (readState(home).stoppedAtMs !== null) {
      say('The desk was stopped from elsewhere.');
      return 0;
    }
    if (isUp) continue;
    say('A part of the desk is down: bringing it up again.');
    await startDesk({ officers }).catch((error: unknown) => say(messageOf(error)));
  }
}

function sayWhereToLook({ temporal }: Desk): void {
  const program = temporal.cli === null || isOnPath(temporal.cli) ? 'temporal' : quoted(temporal.cli);
  const namespace = temporal.namespace === 'default' ? '' : ` --namespace ${temporal.namespace}`;
  const where = ` --address ${temporal.address}${namespace}`;
  if (temporal.ui !== null) say(`\nWeb UI  ${temporal.ui}/namespaces/${temporal.namespace}/workflows`);
  say('Try     (ID as in the list)');
  say(`  ${program} workflow list${where}`);
  say(`  ${program} workflow query${where} --workflow-id strategy-session:ID --name status`);
  for (const name of ['pause', 'resume', 'stop']) {
    say(`  ${program} workflow signal${where} --workflow-id strategy-session:ID --name ${name}`);
  }
  say('  npm run doctor · npm stop');
}

function isOnPath(program: string): boolean {
  return programFolders().some((folder) => program.startsWith(`${folder}/`));
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
