/** Kills the services of a rig with -9 and brings them back on their old ports. @returns how long each was away, in ms */
import { readState } from '../../scripts/lib/desk-state.ts';
import { postgresStatus, startPostgres } from '../../scripts/lib/postgres.ts';
import { isRunning, signalProcess } from '../../scripts/lib/processes.ts';
import { until } from '../../scripts/lib/until.ts';
import type { Rig } from './rig.ts';

export async function killPostgres(rig: Rig): Promise<number> {
  const startedAtMs = Date.now();
  const running = await postgresStatus(rig.home);
  if (running === null) throw new Error('there is no Postgres to kill');
  process.kill(running.pid, 'SIGKILL');
  const { port } = await startPostgres(rig.home);
  if (port !== running.port) await rig.proxies.postgres.redirect(`127.0.0.1:${port}`);
  return Date.now() - startedAtMs;
}

export async function killTemporal(rig: Rig): Promise<number> {
  const startedAtMs = Date.now();
  const running = readState(rig.home).temporal?.process ?? null;
  if (running === null || !signalProcess(running, 'SIGKILL')) throw new Error('there is no Temporal server to kill');
  await until('the end of Temporal', async () => (isRunning(running) ? null : true));
  const { address } = await rig.startTemporal();
  await rig.proxies.temporal.redirect(address);
  return Date.now() - startedAtMs;
}
