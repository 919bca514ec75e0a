/**
 * What keeps calls of models within bounds: budgets, places for screening, breakers.
 * Amounts in millionths of a US dollar.
 */
import type { Generated } from 'kysely';
import type { Instant, JsonObject, OptionalInstant } from './columns.ts';

export type BudgetsTable = {
  scope: string;
  key: string;
  limit_micro_usd: number;
  reserved_micro_usd: Generated<number>;
  spent_micro_usd: Generated<number>;
};

export type BudgetReservationsTable = {
  call_id: string;
  scopes: readonly JsonObject[];
  amount_micro_usd: number;
  state: 'reserved' | 'settled';
  spent_micro_usd: number | null;
  reserved_at: Instant;
  settled_at: OptionalInstant;
};

export type ScreeningPlacesTable = { place_key: string; stage: string; day: string; taken_at: Instant };

export type ModelBreakersTable = {
  provider: string;
  base_url: string;
  failures: number;
  opened_at: OptionalInstant;
  probed_at: OptionalInstant;
  last_failure: string | null;
};
