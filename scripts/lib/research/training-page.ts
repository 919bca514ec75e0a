/** The page of a training: the learning curve over all seeds, how each seed stands, every checkpoint. */
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { Database } from '../../../db/tables.ts';
import { readCheckpoints } from '../../../db/training-store.ts';
import type { AgentSeat, AgentTrainingResult } from '../../../schemas/agent-training.ts';
import type { Desk } from '../desk.ts';
import { type RunPage, tableHtml, writeRunPage } from './run-page.ts';
import { SEAT_HEADINGS, seatLines, seatRows } from './seat-text.ts';

export async function writeTrainingPage(desk: Desk, result: AgentTrainingResult, file: string): Promise<void> {
  const db = openDatabase(desk.databaseUrl, { poolSize: 2, applicationName: 'quarterdeck train' });
  try {
    await writeRunPage(file, await trainingPage(db, result));
  } finally {
    await closeDatabase(db);
  }
}

export async function trainingPage(db: Database, result: AgentTrainingResult): Promise<RunPage> {
  const { environment, seeds, curve, resultHash, data, seat } = result;
  const checkpoints = await readCheckpoints(db, result.runId);
  return {
    title: `Training ${result.runId}`,
    subtitle: `${data?.symbol ?? environment}, ${seeds.length} seeds · result ${resultHash.slice(0, 16)}`,
    stepName: 'steps',
    lines: [
      {
        name: 'last 100 episodes',
        colourName: 'accent',
        points: curve.flatMap(({ steps, returnMean }) => (returnMean === null ? [] : [[steps, returnMean] as const])),
      },
      {
        name: 'without exploration',
        colourName: 'short',
        points: curve.map(({ steps, greedyReturn }) => [steps, greedyReturn] as const),
      },
    ],
    sections: [
      ...(seat === undefined ? [] : [seatSection(seat)]),
      {
        heading: 'Seeds',
        html: tableHtml(
          ['seed', 'steps', 'episodes', 'last 100', 'greedy', 'best greedy', 'after', 'weights'],
          seeds.map((one) => [
            one.seed,
            one.steps,
            one.episodes,
            one.returnMean,
            one.greedyReturn,
            one.bestGreedyReturn,
            one.bestAtSteps,
            one.weightsHash.slice(0, 16),
          ]),
        ),
      },
      {
        heading: 'Checkpoints',
        html: tableHtml(
          ['seed', 'steps', 'last 100', 'greedy', 'loss', 'epsilon', 'weights', 'kernel'],
          checkpoints.map(({ seed, weightsHash, figures }) => [
            seed,
            figures.steps,
            figures.returnMean,
            figures.greedyReturn,
            figures.lossMean,
            figures.epsilon,
            weightsHash.slice(0, 16),
            figures.kernel,
          ]),
        ),
      },
    ],
    result,
  };
}

function seatSection(seat: AgentSeat | null): RunPage['sections'][number] {
  if (seat === null) return { heading: 'Out of sample', html: tableHtml(['verdict'], [[seatLines(null)[0] ?? '']]) };
  const verdict = seatLines(seat).at(-1) ?? '';
  const html = tableHtml(SEAT_HEADINGS, seatRows(seat)) + tableHtml(['verdict'], [[verdict]]);
  return { heading: 'Out of sample', html };
}
