/** What is wrong with the desk itself, as far as it can be told, and how it is told. */
import type { DeskHealth, QueueStanding } from '../../../schemas/officers/desk-health.ts';

const POSTGRES_MS_MAX = 1_000;
/** Where orders and answers wait; research may queue for hours, and nothing is wrong. */
const IMPATIENT = /^(trading|llm)\b/;
const BACKLOG_MS_MAX = 30_000;

/**
 * One sentence for each thing that is wrong. @param isSettled false for the first minutes, in which workers that
 * start at the same time have not all asked for work
 */
export function healthProblems(health: DeskHealth, isSettled: boolean): string[] {
  const listed = (items: readonly string[], text: string) =>
    items.length === 0 ? [] : [`${text}: ${items.join(', ')}`];
  return [
    ...(health.postgresMs > POSTGRES_MS_MAX ? [`Postgres answers after ${Math.round(health.postgresMs)} ms`] : []),
    ...(isSettled ? health.queues.flatMap(queueProblem) : []),
    ...(health.unknownOrders > 0 ? [`${health.unknownOrders} orders are UNKNOWN`] : []),
    ...listed(health.frozenAccounts, 'frozen accounts'),
    ...listed(health.openBreakers, 'models that do not answer'),
    ...listed(health.staleFeeds, 'feeds that are silent'),
    ...listed(health.exhaustedBudgets, 'budgets that are spent'),
  ];
}

function queueProblem({ queue, workers, backlog, backlogAgeMs }: QueueStanding): string[] {
  if (workers === 0) return [`queue ${queue}: no worker asks for work`];
  if (!IMPATIENT.test(queue) || backlogAgeMs <= BACKLOG_MS_MAX) return [];
  return [`queue ${queue}: ${backlog} tasks wait, the oldest for ${Math.round(backlogAgeMs / 1_000)} s`];
}
