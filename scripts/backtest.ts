/**
 * `npm run backtest`: one strategy over bars of a file, of Postgres or synthetic ones. `--via loop`
 * and `--via engine` walk them in this process; `--via session` and `--via workflow` start a
 * workflow on the desk and read the same document back.
 */
import { randomUUID } from 'node:crypto';
import type { Answered } from './lib/backtest/document.ts';
import { backtestText } from './lib/backtest/document-text.ts';
import { type BacktestFlags, readBacktestFlags } from './lib/backtest/flags.ts';
import { type Desk, openDesk } from './lib/desk.ts';
import { deskDown } from './lib/desk-problem.ts';
import { say } from './lib/progress.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';
import { runningSupervisor } from './lib/workers.ts';

const newSessionId = (): string => `backtest-${Date.now().toString(36)}-${randomUUID().slice(0, 6)}`;

/** The desk, with workers. @throws InvalidInput (exit code 3) DESK_DOWN, WORKERS_DOWN */
async function workingDesk(): Promise<Desk> {
  const desk = await openDesk();
  if (runningSupervisor(desk.home) !== null) return desk;
  throw deskDown('WORKERS_DOWN', 'desk', desk.home, 'workers that are up', 'run npm start -- --once first');
}

type Way = (flags: BacktestFlags) => Promise<Answered>;

/** Each loads what it needs when it is asked for: of the others' code only the reading would take half a second. */
const inProcess: Way = async (flags) => (await import('./lib/backtest/in-process.ts')).runInProcess(flags);
const viaSession: Way = async (flags) =>
  (await import('./lib/backtest/run-session.ts')).runAsSession(workingDesk, newSessionId(), flags);
const viaWorkflow: Way = async (flags) =>
  (await import('./lib/backtest/run-workflow.ts')).runWorkflow(await workingDesk(), newSessionId(), flags);

const WAYS = { loop: inProcess, engine: inProcess, session: viaSession, workflow: viaWorkflow } as const;

await runScript(async () => {
  const flags = readBacktestFlags();
  const { via, engine } = flags;
  const { outcome, document } = await WAYS[via](flags);
  if (wantsJson())
    printJson({
      ...document,
      orders: outcome.report.orders,
      fills: outcome.report.fills,
      via,
      rules: engine.rules,
    });
  else process.stdout.write(backtestText(outcome, document));
  if (flags.html !== null) say(`report page  ${flags.html}`);
  return 0;
});
