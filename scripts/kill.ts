/**
 * `npm run kill -- --reason TEXT [--venue V] | --status | --clear --confirm "<phrase>"`: stops all orders and cancels
 * what is open, straight at the venues, with Temporal and Postgres down too. Exit codes: 0 done, 1 something is still
 * open or not set, 2 arguments, 3 clearing needs Postgres, 4 refused.
 */
import { inheritedEnvironment, parseEnvironment } from '../config/environment.ts';
import { clearKill } from './lib/kill/clear-kill.ts';
import { type KillCommand, readKillCommand } from './lib/kill/kill-flags.ts';
import { killStatus } from './lib/kill/kill-status.ts';
import { setEverywhere, setFile } from './lib/kill/set-kill.ts';
import { reportLines, statusLines } from './lib/kill/tell-kill.ts';
import { deskHome } from './lib/paths.ts';
import { person } from './lib/person.ts';
import { say } from './lib/progress.ts';
import { printAnswer, runScript } from './lib/script.ts';

await runScript(async () => run(readKillCommand()));

function run(command: KillCommand): Promise<number> {
  if (command.kind === 'set') return set(command);
  return command.kind === 'status' ? status(command) : clear(command);
}

/** The file is written before any other setting is even read: a mistake there must not keep the desk running. */
async function set({ reason, venue }: Extract<KillCommand, { kind: 'set' }>): Promise<number> {
  const { QUARTERDECK_HOME } = inheritedEnvironment();
  const standing = setFile(deskHome(parseEnvironment({ QUARTERDECK_HOME })), { reason, venue, setBy: person() });
  say(
    `${standing.file.present ? 'blocked by' : 'CANNOT WRITE'} ${standing.file.path}; now the database and the venues`,
  );
  const report = await setEverywhere(parseEnvironment(), standing);
  printAnswer(report, reportLines(report));
  return report.ok ? 0 : 1;
}

async function status({ venue }: Extract<KillCommand, { kind: 'status' }>): Promise<number> {
  const environment = parseEnvironment();
  const told = await killStatus(deskHome(environment), environment, venue);
  printAnswer(told, statusLines(told));
  return 0;
}

async function clear({ phrase }: Extract<KillCommand, { kind: 'clear' }>): Promise<number> {
  const environment = parseEnvironment();
  const report = await clearKill(deskHome(environment), environment, phrase, person());
  const { file, row } = report.cleared;
  printAnswer(report, [
    `cleared: ${[file ? 'file' : '', row ? 'row' : ''].filter(Boolean).join(' and ') || 'nothing was set'}`,
  ]);
  return 0;
}
