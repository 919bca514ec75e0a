/**
 * `npm run train -- --input FILE.json [--follow]`: starts a training of agents on the desk. With
 * `--follow` it shows how far the run is, waits for its end and prints its result; exit code 1 when no
 * seed has solved CartPole, or nobody was seated by a market.
 */
import {
  type AgentTrainingResult,
  agentTrainingInputSchema,
  agentTrainingResultSchema,
  seedsOf,
} from '../schemas/agent-training.ts';
import { agentTrainingId } from '../workflows/messages/agent-training.ts';
import { openDesk } from './lib/desk.ts';
import { say } from './lib/progress.ts';
import { startRun } from './lib/research/follow-run.ts';
import { readRunFlags } from './lib/research/run-flags.ts';
import { seatLines } from './lib/research/seat-text.ts';
import { writeTrainingPage } from './lib/research/training-page.ts';
import { printAnswer, runScript } from './lib/script.ts';

/** gymnasium calls CartPole-v1 solved from here on. */
const SOLVED_RETURN = 475;

await runScript(async () => {
  const description = 'Trains deep Q-networks, several seeds side by side; the same seed gives the same weights.';
  const { id, raw, input, follow, html } = readRunFlags('train', description, agentTrainingInputSchema);
  const desk = await openDesk();
  const workflowId = agentTrainingId(id);
  const place = input.environment === 'market' ? input.symbol : input.environment;
  const summary = `${place}, ${seedsOf(input).length} × ${input.steps} steps`;
  const ended = await startRun(
    desk,
    { workflowType: 'agentTraining', workflowId, input: raw, summary },
    follow ? 'steps' : 'none',
  );
  if (ended === null) {
    printAnswer({ ok: true, workflowId }, [`started ${workflowId}`]);
    return 0;
  }
  const result = agentTrainingResultSchema.parse(ended);
  if (html !== null) {
    await writeTrainingPage(desk, result, html);
    say(`page  ${html}`);
  }
  printAnswer({ ok: true, workflowId, result }, resultLines(result));
  return hasDoneIt(result) ? 0 : 1;
});

function hasDoneIt({ environment, seeds, seat }: AgentTrainingResult): boolean {
  if (environment === 'market') return seat?.seated === true;
  return seeds.some(({ bestGreedyReturn }) => bestGreedyReturn >= SOLVED_RETURN);
}

function resultLines({ runId, environment, seeds, curve, data, seat }: AgentTrainingResult): string[] {
  const points = curve.filter((_, place) => place === curve.length - 1 || (place + 1) % 5 === 0);
  return [
    `run ${runId}: ${data?.symbol ?? environment}, ${seeds.length} seeds`,
    `${'steps'.padStart(10)} ${'last 100'.padStart(9)} ${'greedy'.padStart(7)}`,
    ...points.map(({ steps, returnMean, greedyReturn }) => {
      const last100 = (returnMean?.toFixed(1) ?? '–').padStart(9);
      return `${String(steps).padStart(10)} ${last100} ${greedyReturn.toFixed(1).padStart(7)}`;
    }),
    ...seeds.map(({ seed, bestGreedyReturn, bestAtSteps, weightsHash }) => {
      const best = `best greedy ${bestGreedyReturn.toFixed(1)} after ${bestAtSteps} steps`;
      return `seed ${seed}: ${best}, weights ${weightsHash.slice(0, 16)}`;
    }),
    ...(seat === undefined ? [] : seatLines(seat)),
  ];
}
