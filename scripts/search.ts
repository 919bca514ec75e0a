/**
 * `npm run search -- --input FILE.json [--follow]`: starts a parameter search on the desk. With `--follow` it shows how
 * far the run is, waits for its end and prints its result; exit code 1 when no set of parameters traded often enough.
 */
import {
  type ParameterSearchResult,
  parameterSearchInputSchema,
  parameterSearchResultSchema,
} from '../schemas/parameter-search.ts';
import { parameterSearchId } from '../workflows/messages/parameter-search.ts';
import { openDesk } from './lib/desk.ts';
import { say } from './lib/progress.ts';
import { startRun } from './lib/research/follow-run.ts';
import { readRunFlags } from './lib/research/run-flags.ts';
import { writeSearchPage } from './lib/research/search-page.ts';
import { printAnswer, runScript } from './lib/script.ts';

await runScript(async () => {
  const description = 'Searches the parameters of a strategy by TPE, per symbol and regime, on walk-forward tests.';
  const { id, raw, input, follow, html } = readRunFlags('search', description, parameterSearchInputSchema);
  const desk = await openDesk();
  const workflowId = parameterSearchId(id);
  const summary = `${input.strategyType} on ${input.symbol}, ${input.regime}, ${input.trials} trials`;
  const ended = await startRun(
    desk,
    { workflowType: 'parameterSearch', workflowId, input: raw, summary },
    follow ? 'steps' : 'none',
  );
  if (ended === null) {
    printAnswer({ ok: true, workflowId }, [`started ${workflowId}`]);
    return 0;
  }
  const result = parameterSearchResultSchema.parse(ended);
  if (html !== null) {
    await writeSearchPage(desk, result, html);
    say(`page  ${html}`);
  }
  printAnswer({ ok: true, workflowId, result }, resultLines(result));
  return result.best === null ? 1 : 0;
});

function resultLines({ runId, trials, best, shrunkTo, regime }: ParameterSearchResult): string[] {
  const head = `run ${runId}: ${trials} trials`;
  if (best === null) return [head, 'no set of parameters traded often enough'];
  const deflated = best.deflatedSharpe === null ? 'not defined' : best.deflatedSharpe.toFixed(4);
  const thin = `the regime ${regime} has ${best.regimeTradeCount} trades: the best over all trades is answered`;
  return [
    head,
    ...Object.entries(best.parameters).map(([name, value]) => `  ${name.padEnd(12)} ${value}`),
    `fitness ${best.fitness.toFixed(4)}, deflated Sharpe ${deflated}, ${best.tradeCount} trades`,
    ...(shrunkTo === null ? [] : [thin]),
  ];
}
