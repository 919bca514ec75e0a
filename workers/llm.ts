/** Queue `llm`: the one place where the gateway's stores, providers, prompts and budget are chosen and wired. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createBatchActivities } from '../activities/llm/ask-batch.ts';
import { createModelActivities } from '../activities/llm/ask-model.ts';
import { createPanelActivities } from '../activities/llm/choose-panel.ts';
import type { GatewayParts } from '../activities/llm/parts.ts';
import { createModelProviders } from '../adapters/llm/registered-providers.ts';
import type { Environment } from '../config/environment.ts';
import { configuredProviders, loadModelRegistry } from '../config/model-registry.ts';
import { loadPrompts } from '../config/prompt-files.ts';
import { createModelStore, type ModelStore } from '../db/llm/model-store.ts';
import { scoredAnswers } from '../db/llm/scores.ts';
import type { Database } from '../db/tables.ts';
import { rulesAnswer } from '../domain/llm/rules-advisor.ts';
import { scoreOf } from '../domain/llm/scoring.ts';
import { budgetLimitsSchema } from '../schemas/llm/budget.ts';
import { isContractName } from '../schemas/llm/contracts/index.ts';

/** Everything but the database, as a process is told of it. */
export type LlmSettings = Omit<GatewayParts, 'store' | 'newId' | 'warn' | 'nowMs'>;

export type LlmWiring = LlmSettings & {
  readonly db: Database;
  readonly nowMs?: () => number;
  /** Where calls and budgets are kept. @default createModelStore of the database */
  readonly store?: ModelStore;
};

type Folders = { readonly configFolder: string; readonly project: string };

/** A folder of one's own may say only how the desk is governed: the registry of the project holds then. */
const registryFolder = ({ configFolder, project }: Folders): string =>
  existsSync(join(configFolder, 'models.yaml')) ? configFolder : join(project, 'config');

/**
 * What the environment and the files say. @throws InvalidInput (exit code 2) with every problem of registry or prompts
 */
export function llmSettings(environment: Environment, folders: Folders): LlmSettings {
  const { models, allowLoopback } = environment;
  const registry = loadModelRegistry(registryFolder(folders), { models, allowLoopback });
  const { keys, aws, modelPath, backend, defaultTier, temperature, defaultTemperature, maxTokens, toolCallsMax } =
    models;
  const advise = (contract: string, facts: Readonly<Record<string, unknown>>): unknown =>
    isContractName(contract) ? rulesAnswer(contract, facts) : null;
  return {
    registry,
    providers: createModelProviders({ registry, keys, aws, modelPath, allowLoopback, advise }),
    choice: { configured: configuredProviders(registry, models), backend, defaultTier },
    limits: budgetLimitsSchema.parse({
      dayMicroUsd: models.dailyLimitMicroUsd,
      monthMicroUsd: models.monthlyLimitMicroUsd,
    }),
    prompts: loadPrompts(join(folders.project, 'prompts')),
    temperature,
    defaultTemperature,
    maxTokens,
    toolCallsMax,
  };
}

/** All activities of queue `llm`. */
export function llmActivities({ db, nowMs = Date.now, store = createModelStore(db), ...settings }: LlmWiring) {
  const parts: GatewayParts = {
    ...settings,
    nowMs,
    store,
    newId: randomUUID,
    warn: (message, fields) => {
      process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), level: 'WARN', message, ...fields })}\n`);
    },
  };
  const { registry, choice } = settings;
  const accuracy = (model: string, regime: string | null) => accuracyOf(db, model, regime);
  return {
    ...createModelActivities(parts),
    ...createBatchActivities(parts),
    ...createPanelActivities({ registry, choice, store, accuracy }),
  };
}

/** Of its scored answers in this regime, or in all where none is known. */
async function accuracyOf(db: Database, model: string, regime: string | null): Promise<number | null> {
  const asked = { kind: 'model' as const, subject: model, limit: SCORED_ANSWERS_MAX };
  return scoreOf(await scoredAnswers(db, { ...asked, ...(regime === null ? {} : { regime }) })).accuracy;
}

const SCORED_ANSWERS_MAX = 200;
