/**
 * A whole desk on loopback whose models are hostile: Postgres, Temporal, workers of all queues in this process, and the
 * server that plays the model. Sessions and analyses are real workflows.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { Database } from '../../../db/tables.ts';
import { type DeskInProcess, openDeskInProcess } from '../../../scripts/lib/desk-in-process.ts';
import { type ModelsInProcess, openModelsInProcess } from '../../../scripts/lib/models-in-process.ts';
import { workflowBundle } from '../../../workers/workflow-bundle.ts';
import { TRADING_QUEUE } from '../../../workflows/messages/strategy-session.ts';
import { EXAM_CONFIG } from '../../exam.ts';
import { type Closeable, type Closers, openHome } from '../../rig/home.ts';
import { bringUp } from '../../rig/research-rig.ts';
import { type HostileModel, startHostileModel } from './model-server.ts';

export type HostileRig = Closeable & {
  readonly desk: DeskInProcess;
  readonly models: ModelsInProcess;
  readonly model: HostileModel;
  /** As the owner of the tables. */
  readonly db: Database;
};

/** The desk's own limits; `isWide`: those of the other exams, which bound next to nothing. */
export const openHostileRig = (isWide: boolean): Promise<HostileRig> =>
  openHome((home, closers) => assemble(home, isWide, closers));

async function assemble(home: string, isWide: boolean, closers: Closers) {
  const { adminUrl, appUrl, address } = await bringUp(home);
  const model = await startHostileModel();
  closers.unshift(() => model.close());
  const db = openDatabase(adminUrl, { poolSize: 2, applicationName: 'quarterdeck exam' });
  closers.unshift(() => closeDatabase(db));
  const desk = await openDeskInProcess({
    ...{ databaseUrl: appUrl, address, namespace: 'default', taskQueue: TRADING_QUEUE, home },
    codePath: await workflowBundle(path.join(home, 'cache')),
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
