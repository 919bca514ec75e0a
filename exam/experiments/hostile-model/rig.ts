/**
 * A whole desk on loopback whose models are hostile: Postgres, Temporal, workers of all queues in this process, and the
 * server that plays the model. Sessions and analyses are real workflows.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { Database } from '../../../db/tables.ts';
import { type DeskInProcess, openDeskInProcess } from '../../../scripts/lib/desk-in-process.ts';
import { type ModelsInProcess, openModelsInProcess } from '../../../scripts/lib/models-in-process.ts';
import { deskFiles, projectFolder } from '../../../scripts/lib/paths.ts';
import { stopPostgres } from '../../../scripts/lib/postgres.ts';
import { referTo } from '../../../scripts/lib/processes.ts';
import { say } from '../../../scripts/lib/progress.ts';
import { stopTemporal } from '../../../scripts/lib/temporal.ts';
import { workflowBundle } from '../../../workers/workflow-bundle.ts';
import { TRADING_QUEUE } from '../../../workflows/messages/strategy-session.ts';
import { EXAM_CONFIG } from '../../exam.ts';
import { HOME_PREFIX, OWNER_FILE, removeLeftOvers } from '../../rig/left-overs.ts';
import { bringUp } from '../../rig/research-rig.ts';
import { whenInterrupted } from '../../rig/rig.ts';
import { type HostileModel, startHostileModel } from './model-server.ts';

export type HostileRig = {
  readonly desk: DeskInProcess;
  readonly models: ModelsInProcess;
  readonly model: HostileModel;
  /** As the owner of the tables. */
  readonly db: Database;
  readonly close: (keep: boolean) => Promise<void>;
};

/** The desk's own limits; `isWide`: those of the other exams, which bound next to nothing. */
export async function openHostileRig(isWide: boolean): Promise<HostileRig> {
  await removeLeftOvers();
  const home = mkdtempSync(path.join(tmpdir(), HOME_PREFIX));
  writeFileSync(path.join(home, OWNER_FILE), JSON.stringify(referTo(process.pid)));
  say(`rig in ${home}`);
  const closers: (() => Promise<unknown>)[] = [() => stopPostgres(home), () => stopTemporal(home)];
  const takeDown = whenInterrupted(closers);
  const close = async (keep: boolean): Promise<void> => {
    await takeDown();
    rmSync(keep ? path.join(home, OWNER_FILE) : home, { recursive: true, force: true, maxRetries: 5 });
    if (keep) say(`kept for a look: ${home}`);
  };
  try {
    return { ...(await assemble(home, isWide, closers)), close };
  } catch (error) {
    await close(true);
    throw error;
  }
}

async function assemble(home: string, isWide: boolean, closers: (() => Promise<unknown>)[]) {
  const { adminUrl, appUrl, address } = await bringUp(home);
  const model = await startHostileModel();
  closers.unshift(() => model.close());
  const db = openDatabase(adminUrl, { poolSize: 2, applicationName: 'quarterdeck exam' });
  closers.unshift(() => closeDatabase(db));
  const desk = await openDeskInProcess({
    ...{ databaseUrl: appUrl, address, namespace: 'default', taskQueue: TRADING_QUEUE, home },
    codePath: await workflowBundle(path.dirname(deskFiles(projectFolder).logs)),
    ...(isWide ? { configFolder: EXAM_CONFIG } : {}),
  });
  closers.unshift(() => desk.close());
  await desk.startWorker();
  const models = await openModelsInProcess(desk, settingsFor(home, model.url));
  closers.unshift(() => models.close());
  return { desk, models, model, db };
}

const MODEL = {
  ...{ id: 'exam-1', provider: 'openai-compatible', tier: 'fast', apiFamily: 'openaiChat', contextTokens: 100_000 },
  ...{ outputTokensMax: 4_000, acceptsTemperature: true, acceptsForcedTools: true, knowledgeCutoff: null },
  prices: {
    ...{ inMicroUsdPerMTok: 0, outMicroUsdPerMTok: 0, cacheReadMicroUsdPerMTok: 0, cacheWriteMicroUsdPerMTok: null },
    asOf: '2026-11-01',
  },
  ...{ minDelayMs: 0, requestsPerMinute: 1_000_000, totalTimeoutMs: 60_000, idleTimeoutMs: 30_000 },
};

function settingsFor(home: string, url: string): Record<string, string> {
  const file = path.join(home, 'models.yaml');
  writeFileSync(file, JSON.stringify({ models: [MODEL], tierDefaults: { fast: MODEL.id } }));
  return {
    OPENAI_BASE_URL: url,
    LLM_BACKEND: 'openai-compatible',
    QUARTERDECK_ALLOW_LOOPBACK: '1',
    QUARTERDECK_MODELS: file,
  };
}
