/**
 * A TypeScript program of the project as JavaScript in few files, built when one of its sources has changed and kept, so
 * that a command starts in a third of a second and a killed worker is back at once: compiling its 700 files anew cost a
 * worker 7 s of processor time at every start. The packages that every program begins with are in it; the others are
 * found from `.data/programs`, where it lies, as from the project. Each source still says where it lies itself.
 */
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = path.join(PROJECT, '.data', 'programs');
/** What every program depends on besides its sources. */
const COMMON = ['adapters/program/run-program.mjs', 'package-lock.json', 'tsconfig.json'];
/** Packages that every program begins with, and that need no file beside their code: they go into the one file. */
const INSIDE = ['@anthropic-ai/sdk', 'decimal.js', 'kysely', 'openai', 'pg', 'yaml', 'zod'];
/** Into those that only ask: what runs workflows and activities keeps the one copy that the Temporal worker itself loads. */
const INSIDE_SCRIPTS = ['@temporalio/client', '@temporalio/common', '@temporalio/workflow'];
/** Asked for by `pg`, and not installed. */
const OUTSIDE = ['pg-native'];
/** How packages of the older kind find what Node brings. */
const REQUIRE = "import { createRequire as _from } from 'node:module';\nconst require = _from(import.meta.url);";
/** A build that nobody is about to load any more, not even a part that is only loaded when it is needed. */
const OLD_MS = 24 * 3_600_000;

/** Runs `entry` (the path of a TypeScript file) in this process or thread, and waits until it has been loaded. */
export async function runProgram(entry) {
  await import(pathToFileURL(await programFile(realpathSync(entry))).href);
}

/** Safe from several processes: each builds a file of its own, and the last to finish is remembered. */
async function programFile(entry) {
  const name = path.relative(PROJECT, entry).replace(/\.ts$/, '').replaceAll(/[\\/]/g, '.');
  try {
    return keptBuild(name) ?? (await build(entry, name));
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes(error.code)) throw error;
    // A project that cannot be written to is compiled in memory, file by file.
    (await import('tsx/esm/api')).register();
    return entry;
  }
}

const manifestOf = (name) => path.join(FOLDER, `${name}.json`);

function keptBuild(name) {
  const manifest = manifestOf(name);
  if (!existsSync(manifest)) return null;
  const { project, file, sources } = JSON.parse(readFileSync(manifest, 'utf8'));
  const isCurrent =
    project === PROJECT && Object.entries(sources).every(([source, stamp]) => stampOf(source) === stamp);
  return isCurrent && existsSync(file) ? file : null;
}

/** Changes with every write, also where a tool sets the time of the content back. */
function stampOf(source) {
  const { size, mtimeMs, ctimeMs } = statSync(path.join(PROJECT, source), { throwIfNoEntry: false }) ?? {};
  return `${size} ${mtimeMs} ${ctimeMs}`;
}

async function build(entry, name) {
  mkdirSync(FOLDER, { recursive: true });
  accessSync(FOLDER, constants.W_OK);
  const startedAtMs = Date.now();
  const esbuild = await import('esbuild');
  const base = `${name}-${randomUUID().slice(0, 8)}`;
  const file = path.join(FOLDER, `${base}.mjs`);
  const changing = new Set();
  const { metafile, outputFiles } = await esbuild.build({
    ...{
      entryPoints: { [base]: entry },
      outdir: FOLDER,
      outExtension: { '.js': '.mjs' },
      chunkNames: `${base}-[hash]`,
    },
    ...{ splitting: true, absWorkingDir: PROJECT, metafile: true, logLevel: 'error', write: false },
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', banner: { js: REQUIRE } },
    ...{ sourcemap: true, sourcesContent: false, plugins: [keepPlaces(changing), choosePackages(name)] },
  });
  await esbuild.stop();
  const own = Object.keys(metafile.inputs).filter((source) => !isPackaged(source));
  const constant = new Set(own.filter((source) => !changing.has(path.join(PROJECT, source))));
  for (const { path: place, text } of outputFiles)
    writeFileSync(place, place.endsWith('.map') ? text : withConstants(text, constant));
  remember(name, file, [...own, ...COMMON], startedAtMs);
  return file;
}

/**
 * A bundle has `var` where its sources have `const` at their top, and what may change V8 reads at every use and cannot
 * compute with in advance: RSI took twice as long. Sources without a `let` there get their `const` back.
 */
function withConstants(text, sources) {
  let isConstant = false;
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('// ')) isConstant = sources.has(line.slice(3));
      return isConstant && /^var [\w$]+ = /.test(line) ? `const${line.slice(3)}` : line;
    })
    .join('\n');
}

/** Unless a source was written while it was read. */
function remember(name, file, names, startedAtMs) {
  const isLate = (source) => statSync(path.join(PROJECT, source)).mtimeMs >= startedAtMs;
  if (names.some(isLate)) return;
  const sources = Object.fromEntries(names.map((source) => [source, stampOf(source)]));
  const draft = `${file}.draft`;
  writeFileSync(draft, JSON.stringify({ project: PROJECT, file, sources }));
  renameSync(draft, manifestOf(name));
  removeOld(name, file);
}

function removeOld(name, file) {
  const isOwn = new RegExp(`^${name.replaceAll('.', '\\.')}-[0-9a-f]{8}[.-]`);
  const kept = file.slice(0, -'.mjs'.length);
  for (const one of readdirSync(FOLDER)) {
    const old = path.join(FOLDER, one);
    if (!isOwn.test(one) || old.startsWith(kept)) continue;
    const { mtimeMs = Date.now() } = statSync(old, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > OLD_MS) rmSync(old, { force: true });
  }
}

const isPackaged = (source) => source.includes('node_modules/');

/** Finding and reading the 400 files of these packages took a fifth of a worker's start, and a third of a script's. */
const choosePackages = (program) => ({
  name: 'choose-packages',
  setup: ({ onResolve }) => {
    const inside = [...INSIDE, ...(program.startsWith('scripts.') ? INSIDE_SCRIPTS : [])];
    onResolve({ filter: /^[^./]/ }, ({ path: wanted, importer }) => {
      const isInside = isPackaged(importer) || inside.some((name) => `${wanted}/`.startsWith(`${name}/`));
      return isInside && !OUTSIDE.includes(wanted) ? undefined : { path: wanted, external: true };
    });
  },
});

/** Writes into each source where it lies, because the file it ends up in lies elsewhere; notes those that change. */
const keepPlaces = (changing) => ({
  name: 'keep-places',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path: source }) => {
      if (isPackaged(source)) return undefined;
      const text = await readFile(source, 'utf8');
      if (/^(export )?(let|var) /m.test(text)) changing.add(source);
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(source).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(source)));
      return { contents, loader: source.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
});
