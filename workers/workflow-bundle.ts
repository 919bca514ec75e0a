/**
 * The bundle of all workflows, built once per state of the sources and kept, so that a respawned worker starts fast.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { failureConverterPath } from '../adapters/payload/data-converter.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['workflows', 'domain', 'schemas'];

/**
 * Path of an up-to-date bundle in `folder`; builds it when the sources changed. Safe from several processes. Workflows
 * whose payloads are encrypted write their failures into a payload too, so they have a bundle of their own.
 */
export async function workflowBundle(folder: string, isEncrypted = false): Promise<string> {
  const name = isEncrypted ? 'encrypted-workflows' : 'workflows';
  const target = join(folder, `${name}-${sourcesState().slice(0, 16)}.js`);
  if (existsSync(target)) return target;
  const workflowsPath = join(PROJECT, 'workflows/index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, ...(isEncrypted && { failureConverterPath }) });
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${randomUUID()}.draft`);
  writeFileSync(draft, withoutSources(code));
  renameSync(draft, target);
  const isOld = (one: string): boolean =>
    new RegExp(`^${name}-[0-9a-f]+\\.js$`).test(one) && !target.endsWith(`/${one}`);
  for (const one of readdirSync(folder).filter(isOld)) rmSync(join(folder, one), { force: true });
  return target;
}

/** Changes with every write of a source: reading all of them took a worker longer than opening the bundle. */
function sourcesState(): string {
  const hash = createHash('sha256').update(readFileSync(join(PROJECT, 'package-lock.json')));
  for (const folder of SOURCES) {
    const files = readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
      const source = join(PROJECT, folder, file);
      const { size, mtimeMs, ctimeMs } = statSync(source);
      hash.update(`${source} ${size} ${mtimeMs} ${ctimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

const MAP_COMMENT = '//# sourceMappingURL=data:application/json;charset=utf-8;base64,';

/** The map keeps its lines and leaves out the sources' text, a third of the file that each worker decodes twice. */
function withoutSources(code: string): string {
  const at = code.lastIndexOf(MAP_COMMENT);
  if (at < 0) return code;
  const map = JSON.parse(Buffer.from(code.slice(at + MAP_COMMENT.length).trim(), 'base64').toString());
  const { sourcesContent: _, ...kept } = map;
  return `${code.slice(0, at)}${MAP_COMMENT}${Buffer.from(JSON.stringify(kept)).toString('base64')}`;
}
