/**
 * `npm run top`: sessions, officers, runs and pending approvals on one screen,
 * once a second, with keys for what is selected.
 * With `--once`, `--json` or without a terminal: printed once. Exit codes: 0
 * done, 2 arguments, 3 the desk is down, 130 Ctrl-C.
 */
import { Command } from '@commander-js/extra-typings';
import { Client } from '@temporalio/client';
import { dataConverterOf } from '../adapters/payload/data-converter.ts';
import { closeDatabase, openDatabase } from '../db/connection.ts';
import { openDesk } from './lib/desk.ts';
import { parseFlags } from './lib/flags.ts';
import { person } from './lib/person.ts';
import { printAnswer, runScript, wantsJson } from './lib/script.ts';
import { connectTemporal } from './lib/temporal-namespace.ts';
import { readBoard } from './lib/top/read-board.ts';
import { runTop, type TopParts } from './lib/top/run-top.ts';
import { plainLines } from './lib/top/screen.ts';

const CONNECT_WITHIN_MS = 10_000;
const ASK_WITHIN_MS = 3_000;
const STATEMENT_MS = 5_000;

async function withDesk(work: (parts: TopParts) => Promise<number>): Promise<number> {
  const { databaseUrl, temporal, payloadKeys, home } = await openDesk();
  const connection = await connectTemporal(temporal.address, CONNECT_WITHIN_MS);
  const db = openDatabase(databaseUrl, {
    poolSize: 4,
    applicationName: 'quarterdeck top',
    statementTimeoutMs: STATEMENT_MS,
  });
  try {
    const { namespace } = temporal;
    const client = new Client({ connection, namespace, dataConverter: dataConverterOf(payloadKeys) });
    return await work({ db, client, home, nowMs: Date.now, by: person() });
  } finally {
    await Promise.all([closeDatabase(db), connection.close()]);
  }
}

async function printOnce(parts: TopParts): Promise<number> {
  const board = await readBoard(parts, { workflowIds: null, withinMs: ASK_WITHIN_MS });
  printAnswer({ ok: true, ...board }, plainLines(board));
  return 0;
}

await runScript(async () => {
  const command = new Command('top')
    .description(
      'The desk on one screen. Keys: arrows or j k select; p r s pause, resume, stop; a d approve, deny; q quits.',
    )
    .option('--once', 'print once and end')
    .option('--json', 'one JSON document on stdout');
  parseFlags(command);
  const isLive = process.stdout.isTTY && process.stdin.isTTY && command.opts().once !== true && !wantsJson();
  return withDesk(isLive ? runTop : printOnce);
});
