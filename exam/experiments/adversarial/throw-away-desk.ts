/** A desk of its own for one experiment: real Postgres, real Temporal, the worker in this process, all in a temporary folder. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { migrate } from '../../../db/migrate.ts';
import { type DeskInProcess, openDeskInProcess } from '../../../scripts/lib/desk-in-process.ts';
import { rolePasswords, startPostgres, stopPostgres } from '../../../scripts/lib/postgres.ts';
import { localUrl } from '../../../scripts/lib/postgres-probe.ts';
import { startTemporal, stopTemporal } from '../../../scripts/lib/temporal.ts';
import { workflowBundle } from '../../../workers/workflow-bundle.ts';
import { TRADING_QUEUE } from '../../../workflows/messages/strategy-session.ts';
import { makeHome } from '../../rig/home.ts';
import { rigEnvironment } from '../../rig/rig.ts';

export async function onThrowAwayDesk<T>(work: (desk: DeskInProcess) => Promise<T>): Promise<T> {
  const home = await makeHome();
  try {
    const desk = await openDesk(home);
    try {
      await desk.startWorker();
      return await work(desk);
    } finally {
      await desk.close();
    }
  } finally {
    await Promise.allSettled([stopPostgres(home), stopTemporal(home)]);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function openDesk(home: string): Promise<DeskInProcess> {
  const [{ adminUrl, port }, { address }, codePath] = await Promise.all([
    startPostgres(home, { durable: false }),
    startTemporal(home, rigEnvironment(), { synchronous: 'OFF' }),
    workflowBundle(path.join(home, 'cache')),
  ]);
  const passwords = rolePasswords(home);
  await migrate(adminUrl, passwords);
  const databaseUrl = localUrl(port, 'quarterdeck_app', passwords.appPassword);
  return openDeskInProcess({ databaseUrl, address, namespace: 'default', taskQueue: TRADING_QUEUE, codePath, home });
}
