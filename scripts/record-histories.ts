/**
 * `npm run histories`: plays every scenario on a throw-away desk and writes the histories to test/histories/, where
 * `npm test` replays them against the code of the day. Run it when a change of workflow code is meant to break replay.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { alpacaPaperConfig } from '../adapters/broker/alpaca/alpaca-config.ts';
import { createAlpacaPaper } from '../adapters/broker/alpaca/alpaca-venue.ts';
import { type Environment, parseEnvironment } from '../config/environment.ts';
import { migrate } from '../db/migrate.ts';
import { workflowBundle } from '../workers/workflow-bundle.ts';
import { TRADING_QUEUE } from '../workflows/messages/strategy-session.ts';
import { type DeskInProcess, openDeskInProcess } from './lib/desk-in-process.ts';
import { parseFlags } from './lib/flags.ts';
import { COMMENTARY_SCENARIOS } from './lib/histories/commentary-scenarios.ts';
import { historyText } from './lib/histories/history-file.ts';
import { LIVE_SCENARIOS, secondsMarket } from './lib/histories/live-scenarios.ts';
import { MODEL_SCENARIOS } from './lib/histories/model-scenarios.ts';
import { OFFICER_SCENARIOS } from './lib/histories/officer-scenarios.ts';
import { ORDER_SCENARIOS } from './lib/histories/order-scenarios.ts';
import { PAIR_SCENARIOS } from './lib/histories/pair-scenarios.ts';
import { RESEARCH_SCENARIOS, TRAINING_SCENARIOS } from './lib/histories/research-scenarios.ts';
import { historyOf, type Scenario } from './lib/histories/scenario.ts';
import { SESSION_SCENARIOS } from './lib/histories/session-scenarios.ts';
import { venueScenarios } from './lib/histories/venue-scenarios.ts';
import { ensureFolder, projectFolder } from './lib/paths.ts';
import { rolePasswords, startPostgres, stopPostgres } from './lib/postgres.ts';
import { localUrl } from './lib/postgres-probe.ts';
import { say } from './lib/progress.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';
import { startTemporal, stopTemporal } from './lib/temporal.ts';
import { DEFAULT_CREDENTIALS, startVenue, type Venue } from './lib/venue/start-venue.ts';

const FOLDER = path.join(projectFolder, 'test/histories');
const BYTES_MAX = 300_000;

const GROUPS: Readonly<Record<string, (venue: Venue) => readonly Scenario[]>> = {
  session: () => SESSION_SCENARIOS,
  pair: () => PAIR_SCENARIOS,
  research: () => RESEARCH_SCENARIOS,
  training: () => TRAINING_SCENARIOS,
  models: () => MODEL_SCENARIOS,
  commentary: () => COMMENTARY_SCENARIOS,
  live: () => LIVE_SCENARIOS,
  order: () => ORDER_SCENARIOS,
  venue: venueScenarios,
  officers: () => OFFICER_SCENARIOS,
};

await runScript(async () => {
  const command = new Command('histories')
    .description('Records all histories anew, or those of one group beside the others.')
    .addOption(new Option('--only <group>', 'one group').choices(Object.keys(GROUPS)))
    .option('--json', 'one JSON document');
  parseFlags(command);
  const { only } = command.opts();
  const home = mkdtempSync(path.join(tmpdir(), 'quarterdeck-histories-'));
  try {
    const files = await onThrowAwayDesk(home, (desk, venue) => recordAll(desk, venue, only ?? null));
    if (wantsJson()) printJson({ ok: true, files });
    else say(`${files.length} histories in test/histories`);
    return 0;
  } finally {
    await Promise.allSettled([stopPostgres(home), stopTemporal(home)]);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
});

async function onThrowAwayDesk<T>(home: string, work: (desk: DeskInProcess, venue: Venue) => Promise<T>): Promise<T> {
  const environment: Environment = { ...parseEnvironment(), temporalAddress: null, temporalNamespace: 'default' };
  const [{ adminUrl, port }, { address }, codePath] = await Promise.all([
    startPostgres(home, { durable: false }),
    startTemporal(home, environment, { synchronous: 'OFF' }),
    workflowBundle(path.join(home, 'cache')),
  ]);
  const passwords = rolePasswords(home);
  await migrate(adminUrl, passwords);
  const databaseUrl = localUrl(port, 'quarterdeck_app', passwords.appPassword);
  const targets = { databaseUrl, address, namespace: 'default', taskQueue: TRADING_QUEUE, codePath, home };
  const venue = await startVenue({ journal: path.join(home, 'venue.jsonl'), tickMs: 0 });
  const desk = await openDeskInProcess({ ...targets, venues: [adapterOf(venue)], markets: () => secondsMarket });
  try {
    await desk.startWorker();
    return await work(desk, venue);
  } finally {
    await desk.close();
    await venue.close();
  }
}

function adapterOf({ url }: Venue) {
  const paperKey = `${DEFAULT_CREDENTIALS.key}:${DEFAULT_CREDENTIALS.secret}`;
  const { alpaca } = parseEnvironment({
    ALPACA_PAPER_KEY: paperKey,
    ALPACA_PAPER_URL: url,
    QUARTERDECK_ALLOW_LOOPBACK: '1',
  });
  return createAlpacaPaper(alpacaPaperConfig(alpaca, true));
}

/** Of all groups old files go first: a scenario that was renamed leaves nothing behind. */
async function recordAll(desk: DeskInProcess, venue: Venue, only: string | null): Promise<string[]> {
  const recorded = new Map<string, string>();
  const groups = Object.entries(GROUPS).filter(([name]) => only === null || name === only);
  const scenarios = groups.flatMap(([, scenariosOf]) => scenariosOf(venue));
  for (const scenario of scenarios) await record(desk, scenario, recorded);
  ensureFolder(FOLDER);
  const old = only === null ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
  for (const name of old) rmSync(path.join(FOLDER, name));
  for (const [name, text] of recorded) writeFileSync(path.join(FOLDER, name), text);
  return [...recorded.keys()].sort();
}

async function record(desk: DeskInProcess, scenario: Scenario, recorded: Map<string, string>): Promise<void> {
  for (const { name, workflowId, runId } of await scenario.play(desk)) {
    const text = historyText(await historyOf(desk, workflowId, runId));
    if (text.length > BYTES_MAX) throw new Error(`${name} has ${text.length} bytes, more than ${BYTES_MAX}`);
    if (recorded.has(`${name}.json`)) throw new Error(`two histories are called ${name}`);
    recorded.set(`${name}.json`, text);
    say(`  ${name.padEnd(44)} ${String(text.length).padStart(7)} bytes`);
  }
}
