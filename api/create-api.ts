/** The HTTP interface: who may call, how failures look, then its routes in the order of docs/face.md. */
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify from 'fastify';
import { jsonSchemaTransform, serializerCompiler } from 'fastify-type-provider-zod';
import { answerClientError } from './client-errors.ts';
import { callerOf, guard } from './guard.ts';
import { readJsonBodies } from './json-body.ts';
import { createMetrics } from './metrics.ts';
import type { ApiParts } from './parts.ts';
import { answerProblems } from './problem-answers.ts';
import { refusal } from './refusal.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { orchestrationRoutes } from './routes/orchestration.ts';
import { performanceRoutes } from './routes/performance.ts';
import { resourceRoutes } from './routes/resources.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { type Api, type Routes, typed } from './typed.ts';
import { validate } from './validation.ts';

const BODY_BYTES_MAX = 256 * 1_024;
const REQUEST_MS_MAX = 10_000;
const REQUESTS_A_SECOND = 500;
const PATH_PART_MAX = 500;

export async function createApi(parts: ApiParts): Promise<Api> {
  const app = fastify({
    ...(parts.tls !== null && { https: parts.tls }),
    http: { connectionsCheckingInterval: 1_000 },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    connectionTimeout: 0,
    routerOptions: { maxParamLength: PATH_PART_MAX },
    logger: { level: 'warn', redact: ['req.headers.authorization'] },
    forceCloseConnections: true,
    clientErrorHandler: answerClientError,
  });
  app.setValidatorCompiler(validate);
  app.setSerializerCompiler(serializerCompiler);
  answerProblems(app);
  guard(app, parts);
  readJsonBodies(app);
  app.addHook('onSend', async (_request, reply) => {
    void reply.headers({ 'Content-Security-Policy': "default-src 'self'", 'X-Content-Type-Options': 'nosniff' });
  });
  await app.register(rateLimit, limits(parts));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Quarterdeck', version: parts.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await app.register(async (inner) => addRoutes(typed(inner), parts));
  return app;
}

function addRoutes(app: Routes, parts: ApiParts): void {
  orchestrationRoutes(app, parts);
  sessionRoutes(app, parts);
  decisionRoutes(app, parts);
  resourceRoutes(app, parts);
  performanceRoutes(app, parts);
  eventRoutes(app, parts);
  healthRoutes(app, parts, createMetrics(parts));
}

/** Each token has its own count; without one, each address. */
const limits = ({ callers }: ApiParts) => ({
  max: REQUESTS_A_SECOND,
  timeWindow: 1_000,
  hook: 'preHandler' as const,
  keyGenerator: ({ headers, ip }: { headers: { authorization?: string | undefined }; ip: string }) =>
    callerOf(headers.authorization, callers())?.token ?? ip,
  errorResponseBuilder: (_request: unknown, { after }: { after: string }) =>
    refusal(429, 'RATE_LIMITED', 'requests', `more than ${REQUESTS_A_SECOND} a second`, 'fewer', `again in ${after}`),
});
