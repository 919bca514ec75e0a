/** `<home>/KILL`: the half of the kill switch that needs no database. Workers only ever read it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its first line; its presence blocks every order. Null when there is none. */
export function readKillFile(home: string): string | null {
  const path = join(home, 'KILL');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n')[0] || 'the kill file is present' : null;
}
