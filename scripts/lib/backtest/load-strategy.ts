/** Loads a strategy file: a module of the user, run in this process with its rights. */
import { pathToFileURL } from 'node:url';
import { type StrategyFile, strategyFileOf } from '../../../domain/engine/strategy-file.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';

/**
 * `time`: loads the file anew under another number, without what its module has kept.
 * @throws InvalidInput STRATEGY_FILE_INVALID for a file that does not load or exports something else
 */
export async function loadStrategyFile(path: string, time = 0): Promise<StrategyFile> {
  const { href } = pathToFileURL(path);
  if (path.endsWith('.ts')) (await import('tsx/esm/api')).register();
  const loaded: unknown = await import(time === 0 ? href : `${href}?time=${time}`).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([problem('STRATEGY_FILE_INVALID', path, why, 'a module that loads')]);
  });
  return strategyFileOf(defaultOf(defaultOf(loaded)), path);
}

/** A module in CommonJS form has its default inside another one. */
function defaultOf(value: unknown): unknown {
  const isModule = typeof value === 'object' && value !== null && 'default' in value;
  return isModule ? value.default : value;
}
