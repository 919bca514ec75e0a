/** Pages and single rows of the book of record, one pair of routes a resource. */
import { z } from 'zod';
import { type Resource, readOne, readPage, rowSchemaOf } from '../../db/read/resource.ts';
import { accounts, backtests, budgets, orders, positions, prompts, runs, strategies } from '../../db/read/resources.ts';
import { answerOf, countText, PAGE_LIMIT_MAX } from '../../schemas/http.ts';
import type { ApiParts } from '../parts.ts';
import { notFound } from '../refusal.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import type { Routes } from '../typed.ts';

const LIMIT = 100;

export function resourceRoutes(app: Routes, parts: ApiParts): void {
  pageRoute(app, parts, '/api/orders', orders);
  pageRoute(app, parts, '/api/positions', positions);
  pageRoute(app, parts, '/api/accounts', accounts);
  rowRoute(app, parts, '/api/accounts/:id', accounts);
  pageRoute(app, parts, '/api/runs', runs);
  rowRoute(app, parts, '/api/runs/:id', runs);
  pageRoute(app, parts, '/api/backtests', backtests);
  rowRoute(app, parts, '/api/backtests/:id', backtests);
  pageRoute(app, parts, '/api/strategies', strategies);
  pageRoute(app, parts, '/api/prompts', prompts);
  pageRoute(app, parts, '/api/budget', budgets);
}

/** `?limit`, `?sort` and the filters of the resource; anything else is refused by name. */
export const pageQueryOf = ({ sort, filters }: Resource) =>
  z.strictObject({
    limit: countText(PAGE_LIMIT_MAX).optional(),
    sort: z.enum(sort).optional(),
    ...Object.fromEntries(Object.entries(filters).map(([name, schema]) => [name, schema.optional()])),
  });

export function pageRoute(app: Routes, { db }: ApiParts, url: string, resource: Resource): void {
  const schema = {
    summary: `Rows of ${resource.table}, by ${resource.sort[0]} downwards`,
    querystring: pageQueryOf(resource),
    response: { 200: answerOf(z.array(rowSchemaOf(resource))), ...PROBLEM_ANSWERS },
  };
  app.get(url, { schema }, async ({ query, accountId }) => {
    const { limit = LIMIT, sort = resource.sort[0], ...filters } = query;
    const data = await readPage(db, resource, { limit, sort, filters: filters as Record<string, string> }, accountId);
    return { status: 'ok' as const, data };
  });
}

export function rowRoute(app: Routes, { db }: ApiParts, url: string, resource: Resource): void {
  const schema = {
    summary: `One row of ${resource.table}`,
    params: z.strictObject({ id: z.string().min(1).max(200) }),
    response: { 200: answerOf(rowSchemaOf(resource)), ...PROBLEM_ANSWERS },
  };
  app.get(url, { schema }, async ({ params, accountId }) => {
    const data = await readOne(db, resource, params.id, accountId);
    if (data === undefined) throw notFound(resource.id, params.id, `the id of a row of ${resource.table}`);
    return { status: 'ok' as const, data };
  });
}
