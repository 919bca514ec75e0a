/** The page of an evolution: fitness by generation, the champion in words, the verdict, and where it comes from. */
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { readGenerations, type StoredGeneration } from '../../../db/genomes.ts';
import type { Database } from '../../../db/tables.ts';
import type { EvolutionResult } from '../../../schemas/evolution-run.ts';
import type { Desk } from '../desk.ts';
import { type RunPage, tableHtml, textHtml, writeRunPage } from './run-page.ts';

export async function writeEvolutionPage(desk: Desk, result: EvolutionResult, file: string): Promise<void> {
  const db = openDatabase(desk.databaseUrl, { poolSize: 2, applicationName: 'quarterdeck evolve' });
  try {
    await writeRunPage(file, await evolutionPage(db, result));
  } finally {
    await closeDatabase(db);
  }
}

type Ancestor = {
  readonly generation: number;
  readonly genomeId: string;
  readonly parents: readonly string[];
  readonly fitness: number | null;
};

export async function evolutionPage(db: Database, result: EvolutionResult): Promise<RunPage> {
  const generations = await readGenerations(db, result.runId);
  const { champion } = result;
  const ancestors = champion === null ? [] : await ancestorsOf(db, result.runId, champion);
  const { trials, failedTrials, dataHash } = result;
  const counts = `${result.generations} generations, ${trials} trials, ${failedTrials} failed`;
  return {
    title: `Evolution ${result.runId}`,
    subtitle: `${counts} · bars ${dataHash.slice(0, 16)}`,
    stepName: 'generation',
    lines: [line('best', 'accent', generations, 'bestFitness'), line('median', 'short', generations, 'medianFitness')],
    sections: [
      { heading: 'Champion', html: championHtml(result) },
      { heading: 'Verdict on bars that no trial has seen', html: verdictHtml(result) },
      {
        heading: 'Lineage',
        html: tableHtml(
          ['generation', 'genome', 'parents', 'fitness'],
          ancestors.map(({ generation, genomeId, parents, fitness }) => [
            generation,
            shortId(genomeId),
            parents.map(shortId).join(', ') || null,
            fitness,
          ]),
        ),
      },
      {
        heading: 'Generations',
        html: tableHtml(
          ['generation', 'best', 'median', 'species', 'trials', 'failed'],
          generations.map((one) => [
            one.generation,
            one.bestFitness,
            one.medianFitness,
            one.speciesShare,
            one.trials,
            one.failedTrials,
          ]),
        ),
      },
    ],
    result,
  };
}

/** The whole of it is in Postgres; so much tells genomes of a run apart. */
const shortId = (genomeId: string): string => genomeId.slice(0, 16);

const line = (
  name: string,
  colourName: 'accent' | 'short',
  generations: readonly StoredGeneration[],
  field: 'bestFitness' | 'medianFitness',
) => ({
  name,
  colourName,
  points: generations.flatMap((one) => (one[field] === null ? [] : [[one.generation, one[field]] as const])),
});

const championHtml = ({ champion }: EvolutionResult): string =>
  champion === null
    ? '<p class="quiet">none</p>'
    : `${textHtml(champion.text)}\n${tableHtml(
        ['strategy', 'generation', 'fitness', 'selection'],
        [[champion.strategyId, champion.generation, champion.fitness, champion.selectionScore]],
      )}`;

const verdictHtml = ({ promotion }: EvolutionResult): string =>
  tableHtml(
    ['check', 'passed', 'value', 'limit', ''],
    (promotion?.checks ?? []).map((one) => [one.name, one.passed ? 'yes' : 'no', one.value, one.limit, one.message]),
  );

const ANCESTORS_MAX = 100;

/** The champion and those before it, generation by generation back to newcomers; the first hundred. */
async function ancestorsOf(
  db: Database,
  runId: string,
  { genomeId, generation }: { readonly genomeId: string; readonly generation: number },
): Promise<Ancestor[]> {
  const found: Ancestor[] = [];
  let ids = [genomeId];
  for (let at = generation; at >= 0 && ids.length > 0 && found.length < ANCESTORS_MAX; at -= 1) {
    const rows = await db
      .selectFrom('genomes')
      .select(['genome_id', 'parents', 'fitness'])
      .distinctOn('genome_id')
      .where('run_id', '=', runId)
      .where('generation', '=', at)
      .where('genome_id', 'in', ids)
      .orderBy('genome_id')
      .execute();
    found.push(...rows.map((row) => ({ generation: at, genomeId: row.genome_id, ...row })));
    ids = [...new Set(rows.flatMap((row) => row.parents))];
  }
  return found.slice(0, ANCESTORS_MAX);
}
