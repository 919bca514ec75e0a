/**
 * `npm run kernel`: compiles the kernels of this folder and writes the bytes of each as a module, so that nothing has to
 * be compiled or found when a desk runs. Needed after a change of a kernel only; a test holds the bytes to the source.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const project = fileURLToPath(new URL('..', import.meta.url));

/** Each kernel: its source, the name of its text, and the module that carries it. */
export const KERNELS = [
  { source: 'search-kernel.ts', what: 'search', name: 'KERNEL_HEX', module: 'domain/engine/search/kernel-bytes.ts' },
  {
    source: 'net-kernel.ts',
    what: 'network',
    name: 'NET_KERNEL_HEX',
    module: 'domain/learning/agents/net-kernel-bytes.ts',
  },
];

const FLAGS = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'],
  ...['--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'simd', '--enable', 'threads'],
];

/** A kernel's bytes. @throws Error with what the compiler says */
export async function compileKernel({ source }) {
  const files = new Map();
  const { error, stderr } = await asc.main([source, ...FLAGS, '--outFile', 'kernel.wasm'], {
    readFile: (name) => (name === source ? readFileSync(path.join(project, 'assembly', source), 'utf8') : null),
    writeFile: (name, contents) => void files.set(name, contents),
    listFiles: () => [],
  });
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  return files.get('kernel.wasm');
}

/** The module that carries them. */
export function kernelModule({ source, what, name }, bytes) {
  const lines =
    Buffer.from(bytes)
      .toString('hex')
      .match(/.{1,112}/g) ?? [];
  return [
    `/** The compiled ${what} kernel as hexadecimal text, made by \`npm run kernel\` from assembly/${source}. */`,
    `export const ${name} = [`,
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const kernel of KERNELS) {
    writeFileSync(path.join(project, kernel.module), kernelModule(kernel, await compileKernel(kernel)));
  }
}
