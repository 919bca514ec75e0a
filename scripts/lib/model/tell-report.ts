/**
 * `npm run model -- report`: how models have done, in which regimes, who
 * has lost its say, and which addresses are shut.
 */
import { listDemotions } from '../../../db/llm/scores.ts';
import { modelUsage } from '../../../db/llm/usage.ts';
import type { Database } from '../../../db/tables.ts';
import type { Answer } from '../bars/answer.ts';
import { lineOf } from './tell-usage.ts';

export async function tellReport(db: Database): Promise<Answer> {
  const [models, prompts, regimes] = await Promise.all([
    modelUsage(db, 'model'),
    modelUsage(db, 'prompt'),
    modelUsage(db, 'regime'),
  ]);
  const scoredRegimes = regimes.filter(({ scored }) => scored > 0);
  const demotions = await listDemotions(db);
  const breakers = await db
    .selectFrom('model_breakers')
    .select(['provider', 'base_url as baseUrl', 'failures', 'last_failure as lastFailure'])
    .where('opened_at', 'is not', null)
    .orderBy('provider')
    .execute();
  const lines = [
    ...part('models', models.map(lineOf)),
    ...part('prompts', prompts.map(lineOf)),
    ...part('by regime', scoredRegimes.map(lineOf)),
    ...part('demoted', demotions.map(demotionLine)),
    ...part(
      'breakers open',
      breakers.map((one) => `${one.provider} ${one.baseUrl}: ${one.failures} failures, last ${one.lastFailure}`),
    ),
  ];
  const document = { ok: true, models, prompts, regimes: scoredRegimes, demotions, breakers };
  return { exitCode: 0, document, lines: lines.length === 0 ? ['no model has been asked'] : lines };
}

const part = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

type Demotion = Awaited<ReturnType<typeof listDemotions>>[number];

const demotionLine = ({ kind, subject, reason, untilMs, restoredAtMs }: Demotion): string =>
  `${kind} ${subject}: ${reason}; ` +
  (restoredAtMs === null
    ? `out at least until ${new Date(untilMs).toISOString()}`
    : `back since ${new Date(restoredAtMs).toISOString()}`);
