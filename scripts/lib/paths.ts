/** Where things live: the project's folder and the files inside one desk's home (`.data` or QUARTERDECK_HOME). */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../config/environment.ts';

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** Runs a TypeScript program in a process of its own: `node <this> FILE …`. */
export const programRunner = path.join(projectFolder, 'scripts', 'program.mjs');

/** The absolute home of this desk. Two homes are two desks. */
export const deskHome = (environment: Environment): string => environment.home ?? path.join(projectFolder, '.data');

/** The folder of this desk's governance.yaml and compliance.yaml. */
export const deskConfig = (environment: Environment): string =>
  environment.configFolder ?? path.join(projectFolder, 'config');

export const deskFiles = (home: string) => ({
  state: path.join(home, 'state.json'),
  lock: path.join(home, 'desk.lock'),
  workers: path.join(home, 'workers.json'),
  supervisor: path.join(home, 'supervisor.json'),
  api: path.join(home, 'api.json'),
  token: path.join(home, 'token'),
  secrets: path.join(home, 'secrets'),
  logs: path.join(home, 'logs'),
  postgres: path.join(home, 'pg'),
  temporal: path.join(home, 'temporal'),
});

/** Makes a folder and its parents when missing. @param mode of the last one, such as 0o700 */
export function ensureFolder(folder: string, mode = 0o755): string {
  mkdirSync(folder, { recursive: true, mode });
  return folder;
}
