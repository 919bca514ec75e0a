/** The page of a parameter search: the best fitness so far by trial, the answer, how much each parameter matters. */
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { Database } from '../../../db/tables.ts';
import { readTrials, type TrialRow } from '../../../db/trials.ts';
import type { ParameterSearchResult } from '../../../schemas/parameter-search.ts';
import type { Desk } from '../desk.ts';
import { type Cell, type RunPage, tableHtml, writeRunPage } from './run-page.ts';

export async function writeSearchPage(desk: Desk, result: ParameterSearchResult, file: string): Promise<void> {
  const db = openDatabase(desk.databaseUrl, { poolSize: 2, applicationName: 'quarterdeck search' });
  try {
    await writeRunPage(file, await searchPage(db, result));
  } finally {
    await closeDatabase(db);
  }
}

export async function searchPage(db: Database, result: ParameterSearchResult): Promise<RunPage> {
  const trials = await readTrials(db, result.runId, 0);
  const { best, symbol, strategyType, regime } = result;
  const names = Object.keys(result.importance);
  const counts = `${result.trials} trials, ${result.failedTrials} failed`;
  return {
    title: `Parameter search ${result.runId}`,
    subtitle: `${strategyType} on ${symbol}, regime ${regime}, ${counts} · bars ${result.dataHash.slice(0, 16)}`,
    stepName: 'trial',
    lines: [{ name: 'best so far', colourName: 'accent', points: bestSoFar(trials) }],
    sections: [
      { heading: 'Answer', html: answerHtml(result) },
      {
        heading: 'Importance of the parameters',
        html: tableHtml(
          ['parameter', 'best', 'importance'],
          names.map((name) => [name, cellOf(best?.parameters[name]), result.importance[name] ?? 0]),
        ),
      },
      {
        heading: 'Trials',
        html: tableHtml(
          ['trial', 'state', 'fitness', 'Sharpe a bar', ...names],
          trials.map((row) => [
            row.trial,
            row.error ?? 'complete',
            row.fitness,
            row.sharpe,
            ...names.map((name) => cellOf(row.params[name])),
          ]),
        ),
      },
    ],
    result,
  };
}

const cellOf = (value: unknown): Cell =>
  value === undefined ? null : typeof value === 'number' ? value : String(value);

function bestSoFar(trials: readonly TrialRow[]): (readonly [number, number])[] {
  let best = Number.NEGATIVE_INFINITY;
  return trials.flatMap(({ trial, fitness }) => {
    best = Math.max(best, fitness ?? Number.NEGATIVE_INFINITY);
    return Number.isFinite(best) ? [[trial, best] as const] : [];
  });
}

function answerHtml({ best, shrunkTo }: ParameterSearchResult): string {
  if (best === null) return '<p class="quiet">no set of parameters traded often enough</p>';
  const thin = `<p>The regime has ${best.regimeTradeCount} trades: the best over all trades is answered.</p>\n`;
  const table = tableHtml(
    ['trial', 'fitness', 'Sharpe a bar', 'deflated Sharpe', 'trades', 'of the regime'],
    [[best.trial, best.fitness, best.sharpe, best.deflatedSharpe, best.tradeCount, best.regimeTradeCount]],
  );
  return `${shrunkTo === null ? '' : thin}${table}`;
}
