/**
 * `npm run kernel`: compiles assembly/search-kernel.ts and writes the bytes as a module, so that nothing has to be
 * compiled or found when a desk runs. Needed after a change of the kernel only; a test holds the bytes to the source.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const project = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = 'search-kernel.ts';
const FLAGS = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'],
  ...['--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'simd', '--enable', 'threads'],
];

/** The kernel's bytes. @throws Error with what the compiler says */
export async function compileKernel() {
  const files = new Map();
  const { error, stderr } = await asc.main([SOURCE, ...FLAGS, '--outFile', 'kernel.wasm'], {
    readFile: (name) => (name === SOURCE ? readFileSync(path.join(project, 'assembly', SOURCE), 'utf8') : null),
    writeFile: (name, contents) => void files.set(name, contents),
    listFiles: () => [],
  });
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  return files.get('kernel.wasm');
}

/** The module that carries them. */
export function kernelModule(bytes) {
  const lines =
    Buffer.from(bytes)
      .toString('hex')
      .match(/.{1,112}/g) ?? [];
  return [
    '/** The compiled search kernel as hexadecimal text, made by `npm run kernel` from assembly/search-kernel.ts. */',
    'export const KERNEL_HEX = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

export const KERNEL_MODULE = path.join(project, 'domain', 'engine', 'search', 'kernel-bytes.ts');

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  writeFileSync(KERNEL_MODULE, kernelModule(await compileKernel()));
}
