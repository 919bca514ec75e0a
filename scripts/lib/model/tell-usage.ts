/**
 * `npm run model -- usage`: what models were asked, what it cost and what it
 * brought, one line a model, prompt, session or day.
 */
import { type ModelUsageRow, modelUsage, type UsageBy } from '../../../db/llm/usage.ts';
import type { Database } from '../../../db/tables.ts';
import type { Answer } from '../bars/answer.ts';

export async function tellUsage(db: Database, by: UsageBy): Promise<Answer> {
  const usage = await modelUsage(db, by);
  const lines = usage.length === 0 ? ['no model has been asked'] : usage.map(lineOf);
  return { exitCode: 0, document: { ok: true, by, usage }, lines };
}

/** One line of figures. */
export function lineOf(row: ModelUsageRow): string {
  const { requests, cacheHits, failures, tokensIn, tokensOut, costMicroUsd, scored, pnlNet } = row;
  const asked = `${requests} requests (${cacheHits} from the cache, ${failures} failed)`;
  const cost = `${asked}, ${tokensIn} in, ${tokensOut} out, ${costMicroUsd} micro-USD`;
  if (scored === 0) return `${row.name}: ${cost}`;
  const scores = [
    `accuracy ${shown(row.accuracy)}`,
    `Brier ${shown(row.brier)}`,
    `win rate ${shown(row.winRate)}`,
    `P&L ${pnlNet}`,
    `return on model cost ${shown(row.returnOnModelCost)}`,
    `per profitable trade ${shown(row.costPerProfitableTradeMicroUsd)} micro-USD`,
  ];
  return `${row.name}: ${cost}; ${scored} scored: ${scores.join(', ')}`;
}

const shown = (value: number | null): string => (value === null ? 'unknown' : String(Number(value.toPrecision(4))));
