/**
 * Loads a strategy file: a program of the user, run in this process with its rights. It is made one module together
 * with the files beside it that it imports, so that it loads alike wherever it lies, in TypeScript or JavaScript.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, Message } from 'esbuild';
import { type StrategyFile, strategyFileOf } from '../../../domain/engine/strategy-file.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { messageOf } from '../desk-problem.ts';

const built = new Map<string, Promise<string>>();
/** In parts: written out, the build of this program would put this file's own place here. */
const ITS_PLACE = ['import', 'meta', 'url'].join('.');

/**
 * `time`: loads the file anew under another number, without what it and the files that it imports have kept.
 * @throws InvalidInput STRATEGY_FILE_INVALID for a file that does not load or exports something else
 */
export async function loadStrategyFile(file: string, time = 0): Promise<StrategyFile> {
  const module = built.get(file) ?? oneModule(file);
  built.set(file, module);
  const loaded: unknown = await module
    .then((url) => import(`${url}#${time}`))
    .catch((error: unknown) => {
      throw new InvalidInput(mistakesOf(error, file));
    });
  return strategyFileOf(defaultOf(defaultOf(loaded)), file);
}

/** A data URL. What asks where it lies is told the place of the file, and so is who reads of its errors. */
async function oneModule(file: string): Promise<string> {
  const { build } = await import('esbuild');
  const [place, name, folder] = [pathToFileURL(file).href, file, path.dirname(file)].map((one) => JSON.stringify(one));
  const { outputFiles } = await build({
    entryPoints: [file],
    ...{ bundle: true, write: false, logLevel: 'silent', format: 'esm', platform: 'node', target: 'node20' },
    define: { [ITS_PLACE]: place ?? '', __filename: name ?? '', __dirname: folder ?? '' },
    banner: { js: `import { createRequire as _from } from 'node:module';\nconst require = _from(${place});` },
    footer: { js: `//# sourceURL=${encodeURI(file)}` },
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? new Uint8Array());
  return `data:text/javascript;base64,${code.toString('base64')}`;
}

/** A module in CommonJS form has its default inside another one. */
function defaultOf(value: unknown): unknown {
  const isModule = typeof value === 'object' && value !== null && 'default' in value;
  return isModule ? value.default : value;
}

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && 'errors' in error;

/** Those of the text have a line and a column; what is thrown while the file loads has neither. */
const mistakesOf = (error: unknown, file: string): Problem[] =>
  isBuildFailure(error)
    ? error.errors.map((one) => mistake(placeOf(one, file), one.text))
    : [mistake(file, messageOf(error))];

const placeOf = ({ location }: Message, file: string): string =>
  location === null ? file : `${path.resolve(location.file)}:${location.line}:${location.column + 1}`;

const mistake = (place: string, why: string): Problem =>
  problem('STRATEGY_FILE_INVALID', place, why, 'a module that loads');
