/**
 * What one desk remembers between starts, in `<home>/state.json`: the ports it chose and the processes it started.
 * Written only while the desk's lock is held. A file that cannot be read counts as empty.
 */
import { z } from 'zod';
import { readJson, writeWhole } from './files.ts';
import { deskFiles, ensureFolder } from './paths.ts';
import { processRefSchema } from './processes.ts';

const portSchema = z.number().int().min(1).max(65_535);

const deskStateSchema = z.object({
  postgres: z.object({ port: portSchema }).nullable().default(null),
  temporal: z
    .object({ port: portSchema, uiPort: portSchema, cli: z.string(), process: processRefSchema.nullable() })
    .nullable()
    .default(null),
  /** Set by a stop, cleared by a start: tells a waiting `npm start` that this was meant. */
  stoppedAtMs: z.number().int().nullable().default(null),
});
export type DeskState = z.infer<typeof deskStateSchema>;

export const readState = (home: string): DeskState =>
  readJson(deskFiles(home).state, deskStateSchema) ?? { postgres: null, temporal: null, stoppedAtMs: null };

export function changeState(home: string, change: Partial<DeskState>): void {
  ensureFolder(home);
  writeWhole(deskFiles(home).state, `${JSON.stringify({ ...readState(home), ...change }, null, 2)}\n`);
}
