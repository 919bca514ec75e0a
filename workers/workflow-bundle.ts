/** The bundle of all workflows, built once per state of the sources and kept, so that a respawned worker starts fast. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['workflows', 'domain', 'schemas'];

/** Path of an up-to-date bundle in `folder`; builds it when the sources changed. Safe from several processes. */
export async function workflowBundle(folder: string): Promise<string> {
  const target = join(folder, `workflows-${sourcesHash().slice(0, 16)}.js`);
  if (existsSync(target)) return target;
  const { code } = await bundleWorkflowCode({ workflowsPath: join(PROJECT, 'workflows/index.ts') });
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${randomUUID()}.draft`);
  writeFileSync(draft, code);
  renameSync(draft, target);
  for (const name of readdirSync(folder)) if (isOld(name, target)) rmSync(join(folder, name), { force: true });
  return target;
}

const isOld = (name: string, target: string): boolean =>
  /^workflows-[0-9a-f]+\.js$/.test(name) && !target.endsWith(name);

function sourcesHash(): string {
  const hash = createHash('sha256').update(readFileSync(join(PROJECT, 'package-lock.json')));
  for (const folder of SOURCES) {
    const files = readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
      hash.update(`${folder}/${file}\n`).update(readFileSync(join(PROJECT, folder, file)));
    }
  }
  return hash.digest('hex');
}
