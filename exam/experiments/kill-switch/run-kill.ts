/** `npm run kill` as a person calls it: a process of its own, with the settings of the desk. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { killFileText, writeKillFile } from '../../../scripts/lib/kill/kill-file.ts';
import { projectFolder } from '../../../scripts/lib/paths.ts';
import type { Rig } from '../../rig/rig.ts';

const reportSchema = z.looseObject({
  ok: z.boolean(),
  atMs: z.number(),
  database: z.looseObject({ set: z.boolean() }),
});

/** `atMs`: when the flag stood; `tookMs`: until the command had ended. */
export type KillRun = {
  readonly atMs: number;
  readonly ok: boolean;
  readonly rowSet: boolean;
  readonly tookMs: number;
};

export async function runKill(rig: Rig): Promise<KillRun> {
  const startedAtMs = Date.now();
  const args = [path.join(projectFolder, 'scripts', 'run.mjs'), 'kill', '--reason', 'a drill of the exam', '--json'];
  const child = spawn(process.execPath, args, {
    cwd: projectFolder,
    env: rig.workerEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (out === '') throw new Error(`npm run kill said nothing: ${error.slice(-500)}`);
  const { ok, atMs, database } = reportSchema.parse(JSON.parse(out));
  return { ok, atMs, rowSet: database.set, tookMs: Date.now() - startedAtMs };
}

/** The control: the flag stands, and nobody cancels anything. */
export async function onlyFlag(rig: Rig): Promise<KillRun> {
  const atMs = Date.now();
  writeKillFile(rig.home, killFileText('a drill without cancels', 'the exam', atMs));
  return { atMs, ok: true, rowSet: false, tookMs: Date.now() - atMs };
}

export const setRow = async ({ pool }: Rig, active: boolean): Promise<void> =>
  void (await pool.query('update kill_switch set active = $1, reason = $2, at = now()', [
    active,
    active ? 'exam' : null,
  ]));
