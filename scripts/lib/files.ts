/** Small files of a desk: written whole or not at all, secrets readable by their owner only, logs kept short. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { ensureFolder } from './paths.ts';

const LOG_BYTES_MAX = 10_000_000;
const LOGS_KEPT = 3;

/** Readers see the old content or the new one, never a half. */
export function writeWhole(file: string, text: string, mode = 0o644): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}

/** A JSON file of the given shape; null when it is missing or unreadable. */
export function readJson<S extends z.ZodType>(file: string, schema: S): z.output<S> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A password that is made once and kept in `folder` (mode 700, file 600). Safe inside a URL. */
export function keptSecret(folder: string, name: string): string {
  const file = path.join(ensureFolder(folder, 0o700), name);
  if (!existsSync(file)) writeWhole(file, `${randomBytes(24).toString('hex')}\n`, 0o600);
  chmodSync(folder, 0o700);
  chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
}

/** Renames a log that has grown too big to `.1`, the older ones up by one; the oldest goes. */
export function rotateLog(file: string): void {
  if (!existsSync(file) || statSync(file).size < LOG_BYTES_MAX) return;
  rmSync(`${file}.${LOGS_KEPT}`, { force: true });
  for (let n = LOGS_KEPT - 1; n >= 1; n -= 1) {
    if (existsSync(`${file}.${n}`)) renameSync(`${file}.${n}`, `${file}.${n + 1}`);
  }
  renameSync(file, `${file}.1`);
}

/** The last lines of a log, for a message; empty when there is none. */
export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
