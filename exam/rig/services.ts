/** Kills the services of a rig with -9 and brings them back on their old ports. */
import { readState } from '../../scripts/lib/desk-state.ts';
import { postgresStatus, startPostgres } from '../../scripts/lib/postgres.ts';
import { isRunning, signalProcess } from '../../scripts/lib/processes.ts';
import { until } from '../../scripts/lib/until.ts';
import type { Rig } from './rig.ts';

/** @returns how long it was away, in ms */
export async function killPostgres(rig: Rig): Promise<number> {
  const startedAtMs = Date.now();
  await revivePostgres(rig, await shootPostgres(rig));
  return Date.now() - startedAtMs;
}

/** @returns how long it was away, in ms */
export async function killTemporal(rig: Rig): Promise<number> {
  const startedAtMs = Date.now();
  await shootTemporal(rig);
  await reviveTemporal(rig);
  return Date.now() - startedAtMs;
}

/** All workers with their spares and both services, before any of them comes back. @returns how long the desk was away, in ms */
export async function killEverything(
  rig: Rig,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<number> {
  const startedAtMs = Date.now();
  const [port] = await Promise.all([
    shootPostgres(rig),
    shootTemporal(rig),
    ...rig.workers.map((worker) => worker.end()),
  ]);
  await revivePostgres(rig, port);
  await meanwhile();
  await reviveTemporal(rig);
  await rig.startWorkers();
  return Date.now() - startedAtMs;
}

/** @returns the port it had */
async function shootPostgres(rig: Rig): Promise<number> {
  const running = await postgresStatus(rig.home);
  if (running === null) throw new Error('there is no Postgres to kill');
  process.kill(running.pid, 'SIGKILL');
  return running.port;
}

async function revivePostgres(rig: Rig, oldPort: number): Promise<void> {
  const { port } = await startPostgres(rig.home);
  if (port !== oldPort) await rig.proxies.postgres.redirect(`127.0.0.1:${port}`);
}

async function shootTemporal(rig: Rig): Promise<void> {
  const running = readState(rig.home).temporal?.process ?? null;
  if (running === null || !signalProcess(running, 'SIGKILL')) throw new Error('there is no Temporal server to kill');
  await until('the end of Temporal', async () => (isRunning(running) ? null : true));
}

async function reviveTemporal(rig: Rig): Promise<void> {
  const { address } = await rig.startTemporal();
  await rig.proxies.temporal.redirect(address);
}
