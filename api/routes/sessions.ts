/** Sessions: those in the book, one with what its workflow says now, a new one, and the commands to one that runs. */
import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readOne, rowSchemaOf } from '../../db/read/resource.ts';
import { sessions } from '../../db/read/trading-resources.ts';
import { readSession } from '../../db/sessions.ts';
import { answerOf, documentSchema, idText } from '../../schemas/http.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import {
  adjustLimitsUpdate,
  pauseSignal,
  resumeSignal,
  statusQuery,
  stopSignal,
  strategySessionId,
} from '../../workflows/messages/strategy-session.ts';
import { onceOnly } from '../idempotency.ts';
import type { ApiParts } from '../parts.ts';
import { notFound, refusal } from '../refusal.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import { asked, atTemporal } from '../temporal-door.ts';
import type { Routes } from '../typed.ts';
import { pageRoute } from './resources.ts';

const params = z.strictObject({ id: idText });
const stopBody = z
  .strictObject({
    reason: z.string().max(500).optional(),
    flatten: z.boolean().optional(),
    commandId: z.string().max(200).optional(),
  })
  .nullish();
const commandBody = z.strictObject({}).nullish();
const accepted = {
  202: z.object({ status: z.literal('ok'), data: z.object({ sessionId: z.string() }) }),
  ...PROBLEM_ANSWERS,
};

export function sessionRoutes(app: Routes, parts: ApiParts): void {
  pageRoute(app, parts, '/api/sessions', sessions);
  oneSessionRoute(app, parts);
  startRoute(app, parts);
  limitsRoute(app, parts);
  const { client } = parts;
  const handleOf = (id: string) => client.workflow.getHandle(strategySessionId(id));
  const commands = {
    pause: { body: commandBody, send: (id: string) => handleOf(id).signal(pauseSignal) },
    resume: { body: commandBody, send: (id: string) => handleOf(id).signal(resumeSignal) },
    stop: {
      body: stopBody,
      send: (id: string, body: z.infer<typeof stopBody>) => handleOf(id).signal(stopSignal, stopOf(body)),
    },
  } as const;
  for (const [name, { body, send }] of Object.entries(commands)) {
    const schema = { summary: `Tells a session to ${name}`, params, body, response: accepted };
    app.post(`/api/sessions/:id/${name}`, { schema }, async (request, reply) => {
      const sessionId = await ownSession(parts, request, request.params.id);
      void reply.code(202);
      return onceOnly(parts, request, async () => {
        await atTemporal(client, strategySessionId(sessionId), () => send(sessionId, request.body));
        return { status: 'ok' as const, data: { sessionId } };
      });
    });
  }
}

const stopOf = (body: z.infer<typeof stopBody>) =>
  Object.fromEntries(Object.entries(body ?? {}).filter(([, value]) => value !== undefined));

function oneSessionRoute(app: Routes, parts: ApiParts): void {
  const schema = {
    summary: 'A session: its row, and its status as the workflow tells it now (null when it cannot be asked)',
    params,
    response: {
      200: answerOf(rowSchemaOf(sessions).extend({ status: documentSchema.nullable() })),
      ...PROBLEM_ANSWERS,
    },
  };
  app.get('/api/sessions/:id', { schema }, async ({ params: { id }, accountId }) => {
    const row = await readOne(parts.db, sessions, id, accountId);
    if (row === undefined) throw notFound('id', id, 'the id of a session of this desk');
    const ask = () => parts.client.workflow.getHandle(strategySessionId(id)).query(statusQuery);
    const status = row.state === 'open' ? await asked(parts.client, ask) : null;
    return {
      status: 'ok' as const,
      data: { ...row, status: status === null ? null : JSON.parse(JSON.stringify(status)) },
    };
  });
}

/**
 * The body is the workflow's own input, with an optional `sessionId`; the same rules are applied again in the workflow.
 */
function startRoute(app: Routes, parts: ApiParts): void {
  const schema = {
    summary: 'Starts a session; the body is the input of strategySession',
    body: documentSchema,
    response: { 201: answerOf(z.object({ sessionId: z.string(), workflowId: z.string() })), ...PROBLEM_ANSWERS },
  };
  app.post('/api/sessions', { schema }, async (request, reply) => {
    void reply.code(201);
    return onceOnly(parts, request, async (command) => {
      const given = request.body.sessionId;
      const sessionId = typeof given === 'string' ? given : (command?.slice(0, 32) ?? randomUUID());
      const workflowId = strategySessionId(sessionId);
      const parsed = parseSessionInput(request.body, workflowId, parts.nowMs());
      if (request.accountId !== null && parsed.accountId !== request.accountId) {
        throw notFound('accountId', parsed.accountId, 'the account of this token');
      }
      await refuseForeignId(parts, sessionId, request.accountId);
      await atTemporal(parts.client, workflowId, () => start(parts, workflowId, request.body, command));
      return { status: 'ok' as const, data: { sessionId, workflowId } };
    });
  });
}

/** A session that is opened again takes its row over: the token of one account must not take another's. */
async function refuseForeignId({ db }: ApiParts, sessionId: string, accountId: string | null): Promise<void> {
  const before = accountId === null ? undefined : await readSession(db, sessionId);
  if (before === undefined || before.input.accountId === accountId) return;
  throw refusal(409, 'SESSION_RUNNING', 'sessionId', sessionId, 'an id that no other session has');
}

/** A command that was sent before, and started it without an answer of ours, finds its own name on the workflow. */
async function start(
  { client, taskQueue }: ApiParts,
  workflowId: string,
  input: object,
  command: string | null,
): Promise<void> {
  try {
    const named = command === null ? {} : { memo: { command }, workflowIdReusePolicy: 'REJECT_DUPLICATE' as const };
    const options = { taskQueue, workflowId, args: [input], workflowIdConflictPolicy: 'FAIL' as const };
    await client.workflow.start('strategySession', { ...options, ...named });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { memo } = await client.workflow.getHandle(workflowId).describe();
    if (command !== null && memo?.command === command) return;
    throw refusal(409, 'SESSION_RUNNING', 'sessionId', workflowId, 'an id that no running session has');
  }
}

function limitsRoute(app: Routes, parts: ApiParts): void {
  const schema = {
    summary: 'Tightens limits of a running session; an attempt to loosen one is refused',
    params,
    body: z.strictObject({ limits: documentSchema }),
    response: { 200: answerOf(documentSchema), ...PROBLEM_ANSWERS },
  };
  app.patch('/api/sessions/:id', { schema }, async (request) => {
    const workflowId = strategySessionId(await ownSession(parts, request, request.params.id));
    const update = () =>
      parts.client.workflow.getHandle(workflowId).executeUpdate(adjustLimitsUpdate, { args: [request.body] });
    return onceOnly(parts, request, async () => {
      const limits = await atTemporal(parts.client, workflowId, update);
      return { status: 'ok' as const, data: JSON.parse(JSON.stringify(limits)) };
    });
  });
}

/** @throws Refusal 404 when there is none, or it is another account's */
async function ownSession({ db }: ApiParts, { accountId }: FastifyRequest, id: string): Promise<string> {
  const row = await readOne(db, sessions, id, accountId);
  if (row === undefined) throw notFound('id', id, 'the id of a session of this desk');
  return id;
}
