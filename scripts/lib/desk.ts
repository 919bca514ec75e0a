/**
 * A desk = one home with its Postgres, its Temporal server and its workers. `startDesk` brings all of it up or
 * adopts what is up; `openDesk` only looks and refuses when it is down; `stopDesk` takes it down.
 */
import { type Environment, maskPassword, parseEnvironment } from '../../config/environment.ts';
import { WORKER_QUEUE_NAMES } from '../../config/environment-variables.ts';
import { migrate } from '../../db/migrate.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { deskDown, messageOf } from './desk-problem.ts';
import { changeState } from './desk-state.ts';
import { withLock } from './lock.ts';
import { deskFiles, deskHome, ensureFolder } from './paths.ts';
import { type PostgresServer, postgresStatus, rolePasswords, startPostgres, stopPostgres } from './postgres.ts';
import { localUrl, query } from './postgres-probe.ts';
import { unusableDatabase } from './postgres-problem.ts';
import { say, timed } from './progress.ts';
import { seedKnowledge } from './seed-knowledge.ts';
import { startTemporal, stopTemporal, type TemporalServer, temporalStatus } from './temporal.ts';
import { connectTemporal } from './temporal-namespace.ts';
import { runningSupervisor, startWorkers, stopWorkers, waitForApi, waitForWorkers } from './workers.ts';

export type Desk = {
  readonly home: string;
  /** What workers and scripts read and write with. */
  readonly databaseUrl: string;
  /** The owner of the tables; null with DATABASE_URL, where that is one and the same. */
  readonly adminUrl: string | null;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly ui: string | null;
    readonly cli: string | null;
  };
  /** What encrypts payloads; empty: nothing does. */
  readonly payloadKeys: readonly Uint8Array[];
};

type Database = { readonly databaseUrl: string; readonly adminUrl: string | null };

/**
 * Brings everything up, migrated and with workers that ask for work.
 * `officers`: false starts none, whatever OFFICERS says.
 * @throws InvalidInput (exit codes 2 and 3)
 */
export async function startDesk({ officers = true }: { readonly officers?: boolean } = {}): Promise<Desk> {
  const given = parseEnvironment();
  const environment = officers ? given : { ...given, officers: [] };
  const home = ensureFolder(deskHome(environment));
  say(`desk in ${home}`);
  return withLock(deskFiles(home).lock, () => bringUp(home, environment), tellWait(home));
}

/** The running desk. @throws InvalidInput (exit code 3) when Postgres or Temporal is not up */
export async function openDesk(): Promise<Desk> {
  const environment = parseEnvironment();
  const home = deskHome(environment);
  const [database, temporal] = await Promise.all([findDatabase(home, environment), temporalStatus(home, environment)]);
  if (database === null) throw await unusableDatabase(home, environment);
  if (temporal === null) throw notUp('TEMPORAL_DOWN', environment.temporalAddress ?? home);
  return describe(home, database, temporal, environment);
}

/** Whether every part of the desk answers; used to look after it. */
export async function isDeskUp(): Promise<boolean> {
  try {
    const { home } = await openDesk();
    return runningSupervisor(home) !== null;
  } catch {
    return false;
  }
}

/** Stops workers, Temporal and Postgres of this home only. @returns the parts that were running */
export async function stopDesk(home: string): Promise<string[]> {
  return withLock(
    deskFiles(home).lock,
    async () => {
      const stopped: string[] = [];
      changeState(home, { stoppedAtMs: Date.now() });
      if (await stopWorkers(home)) stopped.push('workers');
      const [temporal, postgres] = await Promise.all([stopTemporal(home), stopPostgres(home)]);
      return [...stopped, ...(temporal ? ['temporal'] : []), ...(postgres ? ['postgres'] : [])];
    },
    tellWait(home),
  );
}

/** The database behind DATABASE_URL or the embedded one; null when it does not answer. */
export async function findDatabase(home: string, environment: Environment): Promise<Database | null> {
  const { databaseUrl } = environment;
  if (databaseUrl !== null) return (await refusalOf(databaseUrl)) === null ? { databaseUrl, adminUrl: null } : null;
  const running = await postgresStatus(home);
  return running === null ? null : embedded(home, running);
}

const embedded = (home: string, { adminUrl, port }: { adminUrl: string; port: number }): Database => ({
  databaseUrl: localUrl(port, 'quarterdeck_app', rolePasswords(home).appPassword),
  adminUrl,
});

const describe = (
  home: string,
  { databaseUrl, adminUrl }: Database,
  temporal: TemporalServer,
  { payloadKeys }: Environment,
): Desk => ({
  home,
  payloadKeys,
  databaseUrl,
  adminUrl,
  temporal: { address: temporal.address, namespace: temporal.namespace, ui: temporal.uiUrl, cli: temporal.cli },
});

const notUp = (code: string, got: string) =>
  deskDown(code, 'desk', got, 'a desk that is up', 'run npm start -- --once first');

async function bringUp(home: string, environment: Environment): Promise<Desk> {
  changeState(home, { stoppedAtMs: null });
  const [database, temporal] = await bothOrNeither(
    timed(
      'postgres',
      () => startDatabase(home, environment),
      ({ told }) => told,
    ),
    timed('temporal', () => startTemporal(home, environment), tellTemporal),
  );
  const desk = describe(home, database, temporal, environment);
  await timed('migrations', () => migrateDesk(desk), tellMigrations);
  await timed(
    'workers',
    () => bringUpWorkers(desk, environment),
    (done) => done,
  );
  if (environment.workerQueues.includes('trading'))
    await timed(
      'api',
      () => waitForApi(home),
      (url) => url ?? 'no answer yet',
    );
  return desk;
}

/** Waits for both also when one fails, so that nothing is left half started behind our back. */
async function bothOrNeither<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  const reasons: unknown[] = [a, b].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const other = reasons.find((reason) => !(reason instanceof InvalidInput));
  if (other !== undefined) throw other;
  const refusals = reasons.filter((reason) => reason instanceof InvalidInput);
  throw new InvalidInput(
    refusals.flatMap(({ problems }) => problems),
    Math.min(...refusals.map(({ exitCode }) => exitCode)),
  );
}

async function startDatabase(home: string, environment: Environment): Promise<Database & { told: string }> {
  if (environment.databaseUrl !== null) return useForeignDatabase(environment.databaseUrl);
  const server: PostgresServer = await startPostgres(home);
  return { ...embedded(home, server), told: `${server.adopted ? 'adopted' : 'started'} on 127.0.0.1:${server.port}` };
}

async function useForeignDatabase(databaseUrl: string): Promise<Database & { told: string }> {
  const refusal = await refusalOf(databaseUrl);
  const shown = maskPassword(databaseUrl);
  const hint = 'start that server, or unset DATABASE_URL to use the embedded one';
  if (refusal !== null)
    throw deskDown('POSTGRES_DOWN', 'DATABASE_URL', shown, `a server that answers (${refusal})`, hint);
  return { databaseUrl, adminUrl: null, told: `DATABASE_URL ${shown}` };
}

async function refusalOf(url: string): Promise<string | null> {
  try {
    await query(url, 'select 1');
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function migrateDesk({ home, databaseUrl, adminUrl }: Desk): Promise<string[]> {
  const names = await (adminUrl === null ? migrate(databaseUrl) : migrate(adminUrl, rolePasswords(home)));
  await seedKnowledge(databaseUrl);
  return names;
}

async function bringUpWorkers(desk: Desk, environment: Environment): Promise<string> {
  const { address, namespace } = desk.temporal;
  const started = await startWorkers(
    { home: desk.home, databaseUrl: desk.databaseUrl, address, namespace },
    environment,
  );
  const queue = WORKER_QUEUE_NAMES.find((one) => environment.workerQueues.includes(one));
  if (queue === undefined) return started;
  const connection = await connectTemporal(address, 5_000);
  try {
    await waitForWorkers(desk.home, connection, namespace, queue);
  } finally {
    await connection.close();
  }
  return started;
}

const tellTemporal = ({ address, uiUrl, adopted }: TemporalServer & { adopted: boolean }): string =>
  `${adopted ? 'adopted' : 'started'} on ${address}${uiUrl === null ? '' : `, Web UI ${uiUrl}`}`;

const tellMigrations = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing to do' : `${names.length} run, the last is ${names.at(-1)}`;

/** Says once that another process holds the desk's lock. */
function tellWait(home: string): (waitedMs: number) => void {
  let told = false;
  return (waitedMs) => {
    if (told || waitedMs < 500) return;
    told = true;
    say(`  waiting for another start or stop of ${home} …`);
  };
}
