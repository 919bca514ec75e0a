/** `npm run bench -- NAME`: runs bench/NAME.ts and prints its figures. Exit code 1 when a bench finds itself wrong. */
import type { Bench } from '../bench/bench.ts';
import { nearestName } from '../schemas/nearest-name.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';

/** Loaded when asked for: each bench brings its own heavy parts. */
const BENCHES: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  agents: () => import('../bench/agents.ts'),
  api: () => import('../bench/api.ts'),
  engine: () => import('../bench/engine.ts'),
  gateway: () => import('../bench/gateway.ts'),
  indicators: () => import('../bench/indicators.ts'),
  session: () => import('../bench/session.ts'),
};
const NAMES = Object.keys(BENCHES);

await runScript(async () => {
  const [name = '', ...words] = process.argv.slice(2);
  if (name === '--help' || name === '-h') {
    process.stdout.write(`Usage: bench ${NAMES.join('|')} [options]; each has its own --help\n`);
    return 0;
  }
  const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (load === undefined) throw unknownName(name);
  const { bench } = await load();
  const { document, lines } = await bench(words);
  if (wantsJson()) printJson(document);
  else process.stdout.write(`${lines.join('\n')}\n`);
  return document.ok === true ? 0 : 1;
});

function unknownName(name: string): InvalidInput {
  const near = nearestName(name, NAMES);
  const hint = near === null ? 'npm run bench -- session' : `did you mean ${near}?`;
  return new InvalidInput([problem('ARGUMENT_UNKNOWN', 'name', name, NAMES.join(' | '), hint)]);
}
