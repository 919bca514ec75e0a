/**
 * A whole desk on loopback that asks models over the network: Postgres, Temporal, workers of all queues in this process.
 * Which server plays the models is the exam's.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import type { Database } from '../../db/tables.ts';
import { type DeskInProcess, openDeskInProcess } from '../../scripts/lib/desk-in-process.ts';
import { type ModelsInProcess, openModelsInProcess } from '../../scripts/lib/models-in-process.ts';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import type { Closers } from './home.ts';
import { bringUp } from './research-rig.ts';

export type ModelDesk = {
  readonly desk: DeskInProcess;
  readonly models: ModelsInProcess;
  /** As the owner of the tables. */
  readonly db: Database;
};

type ModelDeskOptions = {
  /** Of the server that plays the models. */
  readonly url: string;
  /** Their names; the first is asked where none is named. */
  readonly models: readonly [string, ...string[]];
  /** @default the project's */
  readonly configFolder?: string;
};

export async function openModelDesk(home: string, closers: Closers, options: ModelDeskOptions): Promise<ModelDesk> {
  const { url, models: names, ...config } = options;
  const { adminUrl, appUrl, address } = await bringUp(home);
  const db = openDatabase(adminUrl, { poolSize: 2, applicationName: 'quarterdeck exam' });
  closers.unshift(() => closeDatabase(db));
  const desk = await openDeskInProcess({
    ...{ databaseUrl: appUrl, address, namespace: 'default', taskQueue: TRADING_QUEUE, home },
    codePath: await workflowBundle(path.join(home, 'cache')),
    ...config,
  });
  closers.unshift(() => desk.close());
  await desk.startWorker();
  const models = await openModelsInProcess(desk, settingsFor(home, url, names));
  closers.unshift(() => models.close());
  return { desk, models, db };
}

const modelOf = (id: string) => ({
  ...{ id, provider: 'openai-compatible', tier: 'fast', apiFamily: 'openaiChat', contextTokens: 100_000 },
  ...{ outputTokensMax: 4_000, acceptsTemperature: true, acceptsForcedTools: true, knowledgeCutoff: null },
  prices: {
    ...{ inMicroUsdPerMTok: 0, outMicroUsdPerMTok: 0, cacheReadMicroUsdPerMTok: 0, cacheWriteMicroUsdPerMTok: null },
    asOf: '2026-11-01',
  },
  ...{ minDelayMs: 0, requestsPerMinute: 1_000_000, totalTimeoutMs: 60_000, idleTimeoutMs: 30_000 },
});

function settingsFor(home: string, url: string, names: ModelDeskOptions['models']): Record<string, string> {
  const file = path.join(home, 'models.yaml');
  writeFileSync(file, JSON.stringify({ models: names.map(modelOf), tierDefaults: { fast: names[0] } }));
  return {
    OPENAI_BASE_URL: url,
    LLM_BACKEND: 'openai-compatible',
    QUARTERDECK_ALLOW_LOOPBACK: '1',
    QUARTERDECK_MODELS: file,
  };
}
