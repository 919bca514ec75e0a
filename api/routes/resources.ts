/** Pages and single rows of the book of record, one pair of routes a resource. */
import { z } from 'zod';
import { allocations, backtests, budgets, prompts, runs, strategies } from '../../db/read/research-resources.ts';
import { pageOf, type Resource, readOne, readPage, rowSchemaOf } from '../../db/read/resource.ts';
import { readStanding, standingSchema } from '../../db/read/standing.ts';
import { accounts, orders, positions } from '../../db/read/trading-resources.ts';
import { answerOf, countText, idText, PAGE_LIMIT_MAX } from '../../schemas/http.ts';
import type { ApiParts } from '../parts.ts';
import { notFound } from '../refusal.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import { sharedReads } from '../shared-reads.ts';
import type { Routes } from '../typed.ts';

const LIMIT = 100;

export function resourceRoutes(app: Routes, parts: ApiParts): void {
  pageRoute(app, parts, '/api/orders', orders);
  pageRoute(app, parts, '/api/positions', positions);
  pageRoute(app, parts, '/api/accounts', accounts);
  accountRoute(app, parts);
  pageRoute(app, parts, '/api/runs', runs);
  rowRoute(app, parts, '/api/runs/:id', runs);
  pageRoute(app, parts, '/api/backtests', backtests);
  rowRoute(app, parts, '/api/backtests/:id', backtests);
  pageRoute(app, parts, '/api/strategies', strategies);
  pageRoute(app, parts, '/api/prompts', prompts);
  pageRoute(app, parts, '/api/budget', budgets);
  pageRoute(app, parts, '/api/allocation', allocations);
}

/** `?limit`, `?sort` and the filters of the resource; anything else is refused by name. */
export const pageQueryOf = ({ sort, filters }: Resource) =>
  z.strictObject({
    limit: countText(PAGE_LIMIT_MAX).optional(),
    sort: z.enum(sort).optional(),
    ...Object.fromEntries(Object.entries(filters).map(([name, schema]) => [name, schema.optional()])),
  });

export function pageRoute(app: Routes, { db }: ApiParts, url: string, resource: Resource): void {
  const share = sharedReads();
  const schema = {
    summary: `Rows of ${resource.table}, by ${resource.sort[0]} downwards`,
    querystring: pageQueryOf(resource),
    response: { 200: answerOf(z.array(rowSchemaOf(pageOf(resource)))), ...PROBLEM_ANSWERS },
  };
  app.get(url, { schema, serializerCompiler: () => textOf }, async ({ query, accountId }) => {
    const { limit = LIMIT, sort = resource.sort[0], ...filters } = query;
    const page = { limit, sort, filters: filters as Record<string, string> };
    return share(JSON.stringify([accountId, page]), async () => {
      return { status: 'ok' as const, data: await readPage(db, resource, page, accountId) };
    });
  });
}

/** Those who share a page share its text. Its columns are of their kinds as they come (`db/read/resource.ts`). */
const texts = new WeakMap<object, string>();

function textOf(page: unknown): string {
  const key = Object(page);
  const text = texts.get(key) ?? JSON.stringify(page);
  texts.set(key, text);
  return text;
}

export function rowRoute(app: Routes, { db }: ApiParts, url: string, resource: Resource): void {
  const schema = {
    summary: `One row of ${resource.table}`,
    params: z.strictObject({ id: idText }),
    response: { 200: answerOf(rowSchemaOf(resource)), ...PROBLEM_ANSWERS },
  };
  app.get(url, { schema }, async ({ params, accountId }) => {
    const data = await readOne(db, resource, params.id, accountId);
    if (data === undefined) throw notFound(resource.id, params.id, `the id of a row of ${resource.table}`);
    return { status: 'ok' as const, data };
  });
}

/** An account with what it holds and what its day has cost so far. */
function accountRoute(app: Routes, { db, nowMs }: ApiParts): void {
  const schema = {
    summary: 'An account: cash, equity, margin, buying power, loss of its day',
    params: z.strictObject({ id: idText }),
    response: { 200: answerOf(rowSchemaOf(accounts).extend(standingSchema.shape)), ...PROBLEM_ANSWERS },
  };
  app.get('/api/accounts/:id', { schema }, async ({ params, accountId }) => {
    const row = await readOne(db, accounts, params.id, accountId);
    if (row === undefined) throw notFound('accountId', params.id, 'the id of an account of this desk');
    return { status: 'ok' as const, data: { ...row, ...(await readStanding(db, params.id, nowMs())) } };
  });
}
