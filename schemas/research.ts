/**
 * What the runs of research share: the bars a run is about, how these are cut, a batch of its work, how far it is.
 * Bars travel by reference only: symbol, interval and range, with the hash they must have.
 */
import { z } from 'zod';
import { costsSchema } from './execution.ts';
import { barIntervalMsSchema, symbolSchema } from './market.ts';
import { directionSchema } from './strategy-session.ts';

const instantSchema = z.iso.datetime({ offset: true });

/** The fields of every run: stored bars from `from` (inclusive) to `to` (exclusive), both by the open of a bar. */
export const researchFields = {
  symbol: symbolSchema,
  barIntervalMs: barIntervalMsSchema,
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  direction: directionSchema.default('longOnly'),
  costs: costsSchema.prefault({}),
  seed: z.number().int().min(0).max(4_294_967_295).default(1),
  /** Threads of each machine that computes; 0 = as many as it has cores. */
  threads: z.number().int().min(0).max(64).default(0),
};

/** Bars by reference. `bars` and `dataHash` are those of the whole range. */
export const researchDataSchema = z.strictObject({
  symbol: symbolSchema,
  intervalMs: barIntervalMsSchema,
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  bars: z.number().int(),
  dataHash: z.string(),
});
export type ResearchData = z.infer<typeof researchDataSchema>;

const barRangeSchema = z.strictObject({ from: z.number().int(), to: z.number().int() });

/**
 * How the bars of a run are cut, in bars from 0, each range [from, to): what is learned from, fold by fold; what the
 * champion is chosen on; what no trial ever sees. `seen` bars from the start are all that trials are given.
 */
export const dataSplitSchema = z.strictObject({
  folds: z.array(barRangeSchema),
  selection: barRangeSchema.nullable(),
  sealed: barRangeSchema.nullable(),
  seen: z.number().int(),
});
export type DataSplit = z.infer<typeof dataSplitSchema>;

export type RunKind = 'evolution' | 'search' | 'backtest' | 'training';
export type RunState = 'running' | 'done' | 'stopped' | 'cancelled' | 'failed';

/** What a workflow carries of its run: everything else is in Postgres under the run's id. */
export type RunHandle = { readonly runId: string; readonly startedAtMs: number; readonly data: ResearchData };

/** Trials `fromTrial` (inclusive) to `toTrial` (exclusive) of a run, numbered from 0. */
export type TrialRange = { readonly fromTrial: number; readonly toTrial: number };

/** A batch of trials for one machine. */
export type TrialBatch = TrialRange & { readonly runId: string };

export type LeaderboardEntry = {
  readonly rank: number;
  readonly id: string;
  readonly fitness: number;
  readonly text: string;
};

export type ResearchProgress = {
  readonly state: 'running' | 'paused' | 'stopping' | 'done';
  readonly runId: string;
  /** Finished generations of an evolution, rounds of a search. */
  readonly step: number;
  readonly steps: number;
  readonly trials: number;
  readonly failedTrials: number;
  readonly bestScore: number | null;
  readonly startedAtMs: number;
  /** Null until a step has been finished, and while paused. */
  readonly endsAtMs: number | null;
};
