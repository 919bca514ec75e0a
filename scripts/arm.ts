/**
 * `npm run arm -- --account A --minutes M --confirm "<phrase>" [--strategy
 * ID]… [--override REASON] | --disarm --account A
 * | --status`: lets a live account trade for a time, by a person. Exit codes: 0 done, 2 settings or arguments, 3
 * Postgres or the venue does not answer, 4 refused.
 */
import { parseEnvironment } from '../config/environment.ts';
import { disarm } from '../db/armings.ts';
import { armAccount } from './lib/arm/arm-account.ts';
import { type ArmCommand, readArmCommand } from './lib/arm/arm-flags.ts';
import { armStatus } from './lib/arm/arm-status.ts';
import { armedLines, disarmedLine, statusLines } from './lib/arm/tell-arm.ts';
import { deskHome } from './lib/paths.ts';
import { person } from './lib/person.ts';
import { printAnswer, runScript } from './lib/script.ts';
import { withDatabase } from './lib/with-database.ts';

await runScript(async () => run(readArmCommand()));

function run(command: ArmCommand): Promise<number> {
  if (command.kind === 'arm') return arm(command);
  return command.kind === 'status' ? status(command) : takeBack(command);
}

async function arm(ask: Extract<ArmCommand, { kind: 'arm' }>): Promise<number> {
  const environment = parseEnvironment();
  const report = await withDatabase({ name: 'arm' }, (db) =>
    armAccount({ db, home: deskHome(environment), environment }, ask, person()),
  );
  printAnswer(report, armedLines(report));
  return 0;
}

async function status(ask: Extract<ArmCommand, { kind: 'status' }>): Promise<number> {
  const environment = parseEnvironment();
  const told = await withDatabase({ name: 'arm' }, (db) =>
    armStatus({ db, home: deskHome(environment), environment }, ask),
  );
  printAnswer(told, statusLines(told));
  return 0;
}

/** Taking back needs no phrase and no venue: it must never be hard. */
async function takeBack({ account }: Extract<ArmCommand, { kind: 'disarm' }>): Promise<number> {
  const by = { disarmedBy: person(), atMs: Date.now() };
  const ended = await withDatabase({ name: 'arm' }, (db) => disarm(db, account, by));
  const report = { ok: true, account, armingIds: ended, ...by };
  printAnswer(report, [disarmedLine(account, ended.length)]);
  return 0;
}
