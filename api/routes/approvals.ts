/** Orders that wait for a person, and a person's word on one of them, which goes to the session that asks. */
import { z } from 'zod';
import { readApproval } from '../../db/approvals.ts';
import { readOne } from '../../db/read/resource.ts';
import { approvals } from '../../db/read/trading-resources.ts';
import { approvalAnswerSchema, approvalOutcomeSchema } from '../../schemas/approval.ts';
import { answerOf, idText } from '../../schemas/http.ts';
import { approveOrderUpdate } from '../../workflows/messages/strategy-session.ts';
import { onceOnly } from '../idempotency.ts';
import type { ApiParts } from '../parts.ts';
import { notFound, Refusal, refusal } from '../refusal.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import { atTemporal } from '../temporal-door.ts';
import type { Routes } from '../typed.ts';
import { pageRoute } from './resources.ts';

const CONFLICTS = new Set(['APPROVAL_MISMATCH', 'APPROVAL_EXPIRED', 'APPROVAL_ANSWERED']);

/** `by`: who answers, for the record. */
const bodySchema = approvalAnswerSchema
  .omit({ decisionId: true, approve: true })
  .extend({ orderHash: z.string().regex(/^[0-9a-f]{64}$/) });

export function approvalRoutes(app: Routes, parts: ApiParts): void {
  pageRoute(app, parts, '/api/approvals', approvals);
  for (const name of ['approve', 'deny'] as const) {
    const schema = {
      summary: `A person says ${name === 'approve' ? 'yes' : 'no'} to the one order that has this hash`,
      params: z.strictObject({ id: idText }),
      body: bodySchema,
      response: { 200: answerOf(approvalOutcomeSchema), ...PROBLEM_ANSWERS },
    };
    app.post(`/api/approvals/:id/${name}`, { schema }, async (request) => {
      const { id } = request.params;
      const row = await readOne(parts.db, approvals, id, request.accountId);
      const found = row === undefined ? undefined : await readApproval(parts.db, id);
      if (found === undefined) throw notFound('id', id, 'a decision that waits for a person');
      const workflowId = found.workflowId ?? '';
      if (workflowId === '') throw refusal(409, 'SESSION_CLOSED', 'id', id, 'an order of a session that is open');
      return onceOnly(parts, request, async () => {
        const answer = { ...request.body, decisionId: id, approve: name === 'approve' };
        const handle = parts.client.workflow.getHandle(workflowId);
        const update = () => handle.executeUpdate(approveOrderUpdate, { args: [answer] });
        const data = await atTemporal(parts.client, workflowId, update).catch(asConflict);
        return { status: 'ok' as const, data };
      });
    });
  }
}

function asConflict(error: unknown): never {
  const isConflict = error instanceof Refusal && error.problems.some(({ code }) => CONFLICTS.has(code));
  throw isConflict ? new Refusal(409, error.problems) : error;
}
