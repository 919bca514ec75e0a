/**
 * `npm run evolve -- --input FILE.json [--follow]`: starts an evolution run on the desk. With `--follow` it shows how
 * far the run is, waits for its end and prints its result; exit code 1 when no strategy was promoted.
 */
import { type EvolutionResult, evolutionResultSchema, evolutionRunInputSchema } from '../schemas/evolution-run.ts';
import { evolutionRunId } from '../workflows/messages/evolution-run.ts';
import { openDesk } from './lib/desk.ts';
import { say } from './lib/progress.ts';
import { writeEvolutionPage } from './lib/research/evolution-page.ts';
import { startRun } from './lib/research/follow-run.ts';
import { readRunFlags } from './lib/research/run-flags.ts';
import { printAnswer, runScript } from './lib/script.ts';

await runScript(async () => {
  const description = 'Breeds strategies over stored bars and promotes none that may be luck.';
  const { id, raw, input, follow, html } = readRunFlags('evolve', description, evolutionRunInputSchema);
  const desk = await openDesk();
  const workflowId = evolutionRunId(id);
  const summary = `${input.population} × ${input.generations} on ${input.symbol}`;
  const ended = await startRun(
    desk,
    { workflowType: 'evolutionRun', workflowId, input: raw, summary },
    follow ? 'steps' : 'none',
  );
  if (ended === null) {
    printAnswer({ ok: true, workflowId }, [`started ${workflowId}`]);
    return 0;
  }
  const result = evolutionResultSchema.parse(ended);
  if (html !== null) {
    await writeEvolutionPage(desk, result, html);
    say(`page  ${html}`);
  }
  printAnswer({ ok: true, workflowId, result }, resultLines(result));
  return result.promotion?.promoted === true ? 0 : 1;
});

function resultLines({ runId, generations, trials, champion, promotion, lineageHash }: EvolutionResult): string[] {
  const head = `run ${runId}: ${generations} generations, ${trials} trials, lineage ${lineageHash.slice(0, 16)}`;
  if (champion === null) return [head, 'no champion'];
  const checks = promotion?.checks.map(({ passed, message }) => `  ${passed ? 'yes' : 'no '}  ${message}`) ?? [];
  const verdict = promotion?.promoted === true ? `promoted as ${champion.strategyId}` : 'not promoted';
  return [head, '', champion.text, '', verdict, ...checks];
}
