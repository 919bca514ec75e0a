/** The officers: what they last said, and a decision of the CEO on request. */
import { z } from 'zod';
import { answerOf, documentSchema, initializingSchema } from '../../schemas/http.ts';
import {
  forceDecisionUpdate,
  globalStateQuery,
  OFFICERS,
  type Officer,
  officerId,
  officerStatusQuery,
} from '../../workflows/messages/officers.ts';
import { onceOnly } from '../idempotency.ts';
import type { ApiParts } from '../parts.ts';
import { plain } from '../plain.ts';
import { Refusal, refusal } from '../refusal.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import { atTemporal, heard } from '../temporal-door.ts';
import type { Routes } from '../typed.ts';

const emptyQuery = z.strictObject({});
const emptyBody = z.strictObject({}).nullish();
const stateAnswer = z.union([answerOf(documentSchema), initializingSchema]);
const initializing = (message: string) => ({ status: 'initializing' as const, message });

export function orchestrationRoutes(app: Routes, parts: ApiParts): void {
  const { client } = parts;
  const statusOf = (officer: Officer) =>
    heard(client, () => client.workflow.getHandle(officerId(officer)).query(officerStatusQuery));
  const schema = (summary: string) => ({
    summary,
    querystring: emptyQuery,
    response: { 200: stateAnswer, ...PROBLEM_ANSWERS },
  });
  app.get('/api/orchestration/global-state', { schema: schema('The state of the whole desk') }, async () => {
    const state = await heard(client, () => client.workflow.getHandle(officerId('federation')).query(globalStateQuery));
    return state === null ? initializing('no global state yet') : { status: 'ok' as const, data: plain(state) };
  });
  app.get('/api/orchestration/agents/status', { schema: schema('What each officer last said') }, async () => {
    const states = await Promise.all(OFFICERS.map(async (officer) => [officer, await statusOf(officer)] as const));
    return { status: 'ok' as const, data: plain(Object.fromEntries(states)) };
  });
  for (const officer of ['ceo', 'risk', 'strategy'] as const) {
    const url = `/api/orchestration/agents/${officer}/status`;
    app.get(url, { schema: schema(`What the officer "${officer}" last said`) }, async () => {
      const state = await statusOf(officer);
      return state === null
        ? initializing(`the officer ${officer} has not spoken yet`)
        : { status: 'ok' as const, data: plain(state) };
    });
  }
  forceDecisionRoute(app, parts);
}

function forceDecisionRoute(app: Routes, parts: ApiParts): void {
  const schema = {
    summary: 'The CEO evaluates now; the cool-down holds all the same',
    body: emptyBody,
    response: { 200: z.object({ status: z.literal('ok'), decision: documentSchema }), ...PROBLEM_ANSWERS },
  };
  app.post('/api/orchestration/agents/ceo/force-decision', { schema }, async (request) =>
    onceOnly(parts, request, async () => {
      const id = officerId('ceo');
      const handle = parts.client.workflow.getHandle(id);
      const { status, decision } = await atTemporal(parts.client, id, () =>
        handle.executeUpdate(forceDecisionUpdate, { args: [{}] }),
      ).catch(notRunning);
      return { status, decision: plain(decision) };
    }),
  );
}

function notRunning(error: unknown): never {
  const isClosed = error instanceof Refusal && error.statusCode === 409;
  throw isClosed ? refusal(409, 'OFFICER_NOT_RUNNING', 'officer', 'ceo', 'an officer that runs', 'npm start') : error;
}
