/** What is wrong with the desk itself, as far as the book can tell, and how it is told. */

export type DeskHealth = {
  readonly postgresMs: number;
  readonly unknownOrders: number;
  readonly openBreakers: readonly string[];
  readonly frozenAccounts: readonly string[];
  readonly staleFeeds: readonly string[];
  readonly exhaustedBudgets: readonly string[];
};

/** One sentence for each thing that is wrong. */
export function healthProblems(health: DeskHealth): string[] {
  const listed = (items: readonly string[], text: string) =>
    items.length === 0 ? [] : [`${text}: ${items.join(', ')}`];
  return [
    ...(health.postgresMs > POSTGRES_MS_MAX ? [`Postgres answers after ${Math.round(health.postgresMs)} ms`] : []),
    ...(health.unknownOrders > 0 ? [`${health.unknownOrders} orders are UNKNOWN`] : []),
    ...listed(health.frozenAccounts, 'frozen accounts'),
    ...listed(health.openBreakers, 'models that do not answer'),
    ...listed(health.staleFeeds, 'feeds that are silent'),
    ...listed(health.exhaustedBudgets, 'budgets that are spent'),
  ];
}

const POSTGRES_MS_MAX = 1_000;
