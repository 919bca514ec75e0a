/**
 * Whether the desk can work: `/healthz` says that this process answers,
 * `/readyz` what it depends on, `/metrics` how it is.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import { type Problem, problem } from '../../schemas/problem.ts';
import type { Metrics } from '../metrics.ts';
import type { ApiParts } from '../parts.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import type { Routes } from '../typed.ts';

const WITHIN_MS = 2_000;
/** A poll is open for up to a minute, and is told of when it began. */
const WORKER_SEEN_MS = 90_000;
/** A queue has several partitions: only the enhanced answer knows the pollers of all of them. */
const EVERY_PARTITION = { taskQueueType: 1, taskQueueTypes: [1, 2], apiMode: 1, reportPollers: true };

export function healthRoutes(app: Routes, parts: ApiParts, metrics: Metrics): void {
  const alive = {
    summary: 'This process answers',
    security: [],
    response: { 200: z.object({ status: z.literal('ok') }) },
  };
  app.get('/healthz', { schema: alive }, async () => ({ status: 'ok' as const }));
  const ready = {
    summary: 'Postgres and Temporal answer and a trading worker asks for work',
    security: [],
    response: { 200: z.object({ status: z.literal('ok') }), ...PROBLEM_ANSWERS },
  };
  app.get('/readyz', { schema: ready }, async (_request, reply) => {
    const problems = await findProblems(parts);
    if (problems.length === 0) return { status: 'ok' as const };
    return reply.code(503).send({ ok: false as const, problems });
  });
  const measured = {
    summary: 'Prometheus metrics',
    response: {
      200: { description: 'Prometheus text format', content: { 'text/plain': { schema: z.string() } } },
      ...PROBLEM_ANSWERS,
    },
  };
  app.get('/metrics', { schema: measured }, async (_request, reply) => {
    void reply.type(metrics.contentType);
    return metrics.text();
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

async function findProblems({ db, client, taskQueue, nowMs }: ApiParts): Promise<Problem[]> {
  const [postgres, temporal] = await Promise.all([
    within(sql`select 1`.execute(db).then(() => [])).catch(() => [down('POSTGRES_DOWN', 'postgres')]),
    within(workerProblems(client, taskQueue, nowMs())).catch(() => [down('TEMPORAL_DOWN', 'temporal')]),
  ]);
  return [...postgres, ...temporal];
}

async function workerProblems(client: ApiParts['client'], taskQueue: string, nowMs: number): Promise<Problem[]> {
  const queue = { namespace: client.options.namespace, taskQueue: { name: taskQueue }, ...EVERY_PARTITION };
  const ask = () => client.workflowService.describeTaskQueue(queue);
  const { pollers, versionsInfo } = await client.withDeadline(nowMs + WITHIN_MS, ask);
  const told = Object.values(versionsInfo ?? {}).flatMap(({ typesInfo }) => Object.values(typesInfo ?? {}));
  const seen = [...(pollers ?? []), ...told.flatMap((one) => one.pollers ?? [])].map(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000,
  );
  if (seen.some((atMs) => nowMs - atMs < WORKER_SEEN_MS)) return [];
  return [problem('WORKER_MISSING', `queue ${taskQueue}`, seen.length, 'a worker that asks for work', 'run npm start')];
}

/** Open to anyone: it tells what is missing, not where it should be. */
const down = (code: string, path: string): Problem =>
  problem(code, path, 'no answer', `an answer within ${WITHIN_MS} ms`, 'run npm start');

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${WITHIN_MS} ms`)), WITHIN_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
