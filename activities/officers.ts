/**
 * The activities of the officers: each reads what it needs, asks its rules, and commits one cycle. Safe to repeat.
 */
import type { CycleAnswer, CycleRequest } from '../schemas/officers/cycle.ts';
import { ceoCycle } from './officers/ceo.ts';
import { federationCycle } from './officers/federation.ts';
import type { OfficerParts } from './officers/parts.ts';
import { riskCycle } from './officers/risk.ts';
import { strategyCycle } from './officers/strategy.ts';

export type OfficerActivities = ReturnType<typeof createOfficerActivities>;

export const createOfficerActivities = (parts: OfficerParts) => ({
  /** Measures the risk of every account that trades in real time, sets ceilings, alerts. */
  measureRisk: (request: CycleRequest): Promise<CycleAnswer> => riskCycle(parts, request),
  /** Ranks strategies and models, disables what no longer works. */
  reviewStrategies: (request: CycleRequest): Promise<CycleAnswer> => strategyCycle(parts, request),
  /** Chooses the operating mode. */
  decideMode: (request: CycleRequest): Promise<CycleAnswer> => ceoCycle(parts, request),
  /** Puts the global state together and tightens while an officer is stale. */
  mergeStates: (request: CycleRequest): Promise<CycleAnswer> => federationCycle(parts, request),
});
