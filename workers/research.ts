/** Queues `research` and `compute`: the one place where their stores, market data and threads are chosen and wired. */
import { createAllocationActivities } from '../activities/allocation.ts';
import { createComputeActivities } from '../activities/compute.ts';
import { createCommentaryActivities } from '../activities/officer-commentary.ts';
import { createResearchActivities } from '../activities/research.ts';
import type { ComputePool } from '../adapters/compute/compute-pool.ts';
import { deskMarketData } from '../adapters/market-data/desk-market-data.ts';
import { loadCompliance, loadGovernance } from '../config/policy-files.ts';
import { createAllocationStore } from '../db/allocation-store.ts';
import { createBacktestStore } from '../db/backtests.ts';
import { barReaders } from '../db/bar-readers.ts';
import { createEvolutionStore } from '../db/evolution-store.ts';
import { createCommentaryStore } from '../db/officers/commentary.ts';
import { createSearchStore } from '../db/search-store.ts';
import { readStrategy } from '../db/strategies.ts';
import type { Database } from '../db/tables.ts';
import { createTrainingStore } from '../db/training-store.ts';
import { profileOf } from '../domain/officers/policy/effective-profile.ts';
import { analystActivities } from './analyst.ts';

export type ResearchWiring = {
  readonly db: Database;
  readonly codeVersion: string;
  /** Folder of governance.yaml and compliance.yaml: backtests obey the desk's limits unless they are told not to. */
  readonly configFolder: string;
  /** Where the file lies that stops the desk. */
  readonly home: string;
  /** Wall time. @default Date.now */
  readonly nowMs?: () => number;
};

const storesOf = ({ db, nowMs = Date.now }: ResearchWiring) => ({
  evolutions: createEvolutionStore(db),
  searches: createSearchStore(db),
  trainings: createTrainingStore(db),
  market: deskMarketData(barReaders(db)),
  nowMs,
});

/** All activities of queue `research`. */
export const researchActivities = (wiring: ResearchWiring) => ({
  ...createResearchActivities({ ...storesOf(wiring), codeVersion: wiring.codeVersion }),
  ...createCommentaryActivities({ store: createCommentaryStore(wiring.db), nowMs: wiring.nowMs ?? Date.now }),
  ...analystActivities(wiring),
  ...createAllocationActivities({ allocations: createAllocationStore(wiring.db), nowMs: wiring.nowMs ?? Date.now }),
});

/** All activities of queue `compute`, on the threads of `pool`. */
export function computeActivities(wiring: ResearchWiring, pool: ComputePool) {
  const { db, configFolder, codeVersion } = wiring;
  const { startMode, profiles, desk } = loadGovernance(configFolder);
  return createComputeActivities({
    ...storesOf(wiring),
    pool,
    codeVersion,
    backtests: createBacktestStore(db),
    readStrategy: async (strategyId) => (await readStrategy(db, strategyId))?.definition,
    rules: { mode: startMode, profile: profileOf(profiles, startMode), desk, compliance: loadCompliance(configFolder) },
    mode: startMode,
  });
}
