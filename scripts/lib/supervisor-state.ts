/** What the supervisor tells the scripts, in `<home>/supervisor.json`, and its workers, in `<home>/workers.json`. */
import { z } from 'zod';
import { readJson, writeWhole } from './files.ts';
import { deskFiles } from './paths.ts';
import { processRefSchema } from './processes.ts';

const supervisorSchema = z.object({
  process: processRefSchema,
  /** Digest of the code and settings its workers run with. */
  fingerprint: z.string(),
  /** The running worker process; null between two. */
  worker: processRefSchema.nullable(),
  workerStartedAtMs: z.number().int(),
  /** How often a worker died and was started again. */
  restartCount: z.number().int(),
  /** How the last one ended, in words; null when none has. */
  lastExit: z.string().nullable(),
  /** The running process of the HTTP interface; null between two, and where there is none. */
  api: processRefSchema.nullable(),
});
export type SupervisorState = z.infer<typeof supervisorSchema>;

const workersSchema = z.array(z.object({ queue: z.string(), pid: z.number().int() }));
export type WorkerEntry = z.infer<typeof workersSchema>[number];

const apiSchema = z.object({ url: z.string(), pid: z.number().int() });

/** Where the HTTP interface listens, as it says itself; null when it has not said so yet. */
export const readApi = (home: string): z.infer<typeof apiSchema> | null => readJson(deskFiles(home).api, apiSchema);

export const readSupervisor = (home: string): SupervisorState | null =>
  readJson(deskFiles(home).supervisor, supervisorSchema);

export const readWorkers = (home: string): WorkerEntry[] => readJson(deskFiles(home).workers, workersSchema) ?? [];

export const writeSupervisor = (home: string, state: SupervisorState): void =>
  writeWhole(deskFiles(home).supervisor, `${JSON.stringify(state)}\n`);

export const writeWorkers = (home: string, workers: readonly WorkerEntry[]): void =>
  writeWhole(deskFiles(home).workers, `${JSON.stringify(workers)}\n`);
