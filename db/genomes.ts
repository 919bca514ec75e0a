/**
 * Generations of an evolution: who is in each, of whom it comes, under which trial it is evaluated; and what a whole
 * generation came to. A genome that lives on has a row in each generation, and the one trial it had.
 */
import { sql } from 'kysely';
import type { Chromosome } from '../schemas/chromosome.ts';
import type { GenerationSummary } from '../schemas/evolution-run.ts';
import { insertRows } from './insert-rows.ts';
import type { Database, JsonObject } from './tables.ts';

export type GenomeRow = {
  readonly position: number;
  readonly genomeId: string;
  readonly parents: readonly string[];
  readonly genes: Chromosome;
  readonly trial: number;
};

/** `fitness` null: not evaluated yet, or failed. */
export type StoredGenome = GenomeRow & { readonly fitness: number | null; readonly selectionScore: number | null };

export type StoredGeneration = GenerationSummary & { readonly hall: readonly JsonObject[] };

/** Genomes that were evaluated in an earlier generation bring their fitness along. */
export async function insertGenomes(
  trx: Database,
  runId: string,
  generation: number,
  genomes: readonly GenomeRow[],
): Promise<void> {
  const rows = genomes.map(({ position, genomeId, parents, genes, trial }) => ({
    run_id: runId,
    generation,
    position,
    genome_id: genomeId,
    parents,
    genes,
    trial,
  }));
  await insertRows(trx, 'genomes', rows, { onConflict: 'nothing' });
  await sql`update genomes set fitness = trials.fitness from trials
    where genomes.run_id = ${runId} and genomes.generation = ${generation} and genomes.fitness is null
      and trials.run_id = genomes.run_id and trials.trial = genomes.trial`.execute(trx);
}

/** A generation in order, with the figures of its trials. */
export async function readGeneration(db: Database, runId: string, generation: number): Promise<StoredGenome[]> {
  const rows = await db
    .selectFrom('genomes')
    .leftJoin('trials', (join) =>
      join.onRef('trials.run_id', '=', 'genomes.run_id').onRef('trials.trial', '=', 'genomes.trial'),
    )
    .select(['position', 'genome_id', 'parents', 'genes', 'genomes.trial', 'trials.fitness', 'trials.figures'])
    .where('genomes.run_id', '=', runId)
    .where('genomes.generation', '=', generation)
    .orderBy('position')
    .execute();
  return rows.map((row) => ({
    position: row.position,
    genomeId: row.genome_id,
    parents: row.parents,
    genes: row.genes,
    trial: row.trial,
    fitness: row.fitness,
    selectionScore: typeof row.figures?.selectionScore === 'number' ? row.figures.selectionScore : null,
  }));
}

/** Genomes to be evaluated under trials `from` to `to`, each once, without those that have been. */
export async function genomesToEvaluate(db: Database, runId: string, from: number, to: number) {
  const rows = await sql<{ trial: number; genome_id: string; genes: Chromosome }>`
    select distinct on (g.trial) g.trial, g.genome_id, g.genes from genomes g
    where g.run_id = ${runId} and g.trial >= ${from} and g.trial < ${to}
      and not exists (select from trials t where t.run_id = g.run_id and t.trial = g.trial)
    order by g.trial, g.generation, g.position`.execute(db);
  return rows.rows.map(({ trial, genome_id, genes }) => ({ trial, genomeId: genome_id, genes }));
}

/** Fills in what the trials of a range came to. */
export async function tellFitness(trx: Database, runId: string, from: number, to: number): Promise<void> {
  await sql`update genomes set fitness = trials.fitness from trials
    where genomes.run_id = ${runId} and genomes.trial >= ${from} and genomes.trial < ${to} and genomes.fitness is null
      and trials.fitness is not null and trials.run_id = genomes.run_id and trials.trial = genomes.trial`.execute(trx);
}

/** The number of the trial under which each of these genomes was or is to be evaluated. */
export async function knownTrials(
  db: Database,
  runId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('trials')
    .select(['candidate_id', 'trial'])
    .where('run_id', '=', runId)
    .where('candidate_id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.candidate_id, row.trial]));
}

export async function insertGeneration(trx: Database, runId: string, generation: StoredGeneration): Promise<void> {
  const row = {
    run_id: runId,
    generation: generation.generation,
    best_fitness: generation.bestFitness,
    median_fitness: generation.medianFitness,
    species_share: generation.speciesShare,
    trials: generation.trials,
    failed_trials: generation.failedTrials,
    lineage_hash: generation.lineageHash,
    hall: generation.hall,
  };
  await insertRows(trx, 'generations', [row], { onConflict: 'nothing' });
}

/** The last finished generation; undefined before the first. */
export async function lastGeneration(db: Database, runId: string): Promise<StoredGeneration | undefined> {
  const rows = await generationRows(db, runId).orderBy('generation', 'desc').limit(1).execute();
  return rows.map(generationOf)[0];
}

export async function readGenerations(db: Database, runId: string): Promise<StoredGeneration[]> {
  return (await generationRows(db, runId).orderBy('generation').execute()).map(generationOf);
}

const generationRows = (db: Database, runId: string) =>
  db.selectFrom('generations').selectAll().where('run_id', '=', runId);

type Row = Awaited<ReturnType<ReturnType<typeof generationRows>['execute']>>[number];

const generationOf = (row: Row): StoredGeneration => ({
  generation: row.generation,
  bestFitness: row.best_fitness,
  medianFitness: row.median_fitness,
  speciesShare: row.species_share,
  trials: row.trials,
  failedTrials: row.failed_trials,
  lineageHash: row.lineage_hash,
  hall: row.hall,
});
