/** Figures of the desk: what it did, what the models cost, how each strategy fares. */
import { z } from 'zod';
import { pageOf, readPage, rowSchemaOf } from '../../db/read/resource.ts';
import { strategyPerformance } from '../../db/read/trading-resources.ts';
import { readDeskPerformance, readModelUsage } from '../../db/read/usage.ts';
import { answerOf, countText, documentSchema, PAGE_LIMIT_MAX } from '../../schemas/http.ts';
import type { ApiParts } from '../parts.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import type { Routes } from '../typed.ts';

const DAY_MS = 86_400_000;
const DAYS_MAX = 366;

const usageSchema = z.object({
  provider: z.string(),
  model: z.string(),
  requestCount: z.number(),
  cachedCount: z.number(),
  failureCount: z.number(),
  totalTokens: z.number(),
  totalCostMicroUsd: z.number(),
  averageLatencyMs: z.number().nullable(),
});

const performanceSchema = z.object({
  decisionsMade: z.number(),
  tradesExecuted: z.number(),
  analysisCount: z.number(),
  activeSessions: z.number(),
  tradingModes: z.record(z.string(), z.number()),
  modelUsage: documentSchema,
  strategies: z.array(rowSchemaOf(pageOf(strategyPerformance))),
});

export function performanceRoutes(app: Routes, { db, nowMs }: ApiParts): void {
  const usage = {
    summary: 'Calls, tokens and cost of each model over the last days',
    querystring: z.strictObject({ days: countText(DAYS_MAX).optional() }),
    response: { 200: answerOf(z.array(usageSchema)), ...PROBLEM_ANSWERS },
  };
  app.get('/api/models/usage', { schema: usage }, async ({ query }) => ({
    status: 'ok' as const,
    data: await readModelUsage(db, nowMs() - (query.days ?? 30) * DAY_MS),
  }));
  const performance = {
    summary: 'What the desk did so far, and how each strategy fares',
    querystring: z.strictObject({}),
    response: { 200: answerOf(performanceSchema), ...PROBLEM_ANSWERS },
  };
  app.get('/api/performance', { schema: performance }, async () => {
    const page = { limit: PAGE_LIMIT_MAX, sort: strategyPerformance.sort[0], filters: {} };
    const [desk, rows] = await Promise.all([readDeskPerformance(db), readPage(db, strategyPerformance, page, null)]);
    return { status: 'ok' as const, data: { ...desk, strategies: rows } };
  });
}
