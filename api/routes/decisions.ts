/** Why the desk decided so: everything that led to a decision and came of it. */
import { z } from 'zod';
import { readWhy } from '../../db/llm/why.ts';
import { answerOf, documentSchema, idText } from '../../schemas/http.ts';
import type { ApiParts } from '../parts.ts';
import { notFound } from '../refusal.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import type { Routes } from '../typed.ts';

const whySchema = z.object({
  decision: documentSchema,
  refusals: z.array(documentSchema),
  modelCalls: z.array(documentSchema),
  toolCalls: z.array(documentSchema),
  assessment: z.object({ rules: documentSchema.nullable(), model: documentSchema.nullable() }).nullable(),
  approval: documentSchema.nullable(),
  orders: z.array(documentSchema),
  fills: z.array(documentSchema),
  trades: z.array(documentSchema),
});

export function decisionRoutes(app: Routes, { db }: ApiParts): void {
  const schema = {
    summary: 'Everything that led to a decision, by its id or by the id of one of its orders',
    params: z.strictObject({ id: idText }),
    response: { 200: answerOf(whySchema), ...PROBLEM_ANSWERS },
  };
  app.get('/api/decisions/:id/why', { schema }, async ({ params, accountId }) => {
    const why = await readWhy(db, params.id);
    const isOwn = accountId === null || why?.decision.account_id === accountId;
    if (why === undefined || !isOwn) throw notFound('id', params.id, 'a decision or an order of this desk');
    return { status: 'ok' as const, data: JSON.parse(JSON.stringify(why)) };
  });
}
