/** The HTTP interface: who may call, how failures look, then its routes in the order of docs/face.md. */
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, { type FastifyRequest } from 'fastify';
import { jsonSchemaTransform, serializerCompiler } from 'fastify-type-provider-zod';
import { answerClientError } from './client-errors.ts';
import { withOptionalBodies } from './description.ts';
import { guard } from './guard.ts';
import { readJsonBodies } from './json-body.ts';
import { createMetrics } from './metrics.ts';
import type { ApiParts } from './parts.ts';
import { answerFrameworkError, answerProblems } from './problem-answers.ts';
import { refusal } from './refusal.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { orchestrationRoutes } from './routes/orchestration.ts';
import { performanceRoutes } from './routes/performance.ts';
import { policyRoutes } from './routes/policy.ts';
import { resourceRoutes } from './routes/resources.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { type Api, type Routes, typed } from './typed.ts';
import { refuseUnheededQueries, validate } from './validation.ts';

const BODY_BYTES_MAX = 256 * 1_024;
const PATH_PART_MAX = 500;
const HEADERS = {
  'Content-Security-Policy': "default-src 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

export async function createApi(parts: ApiParts): Promise<Api> {
  const app = fastify({
    ...(parts.tls !== null && { https: parts.tls }),
    http: { connectionsCheckingInterval: 500 },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: parts.limits.requestMs,
    connectionTimeout: 0,
    routerOptions: { maxParamLength: PATH_PART_MAX },
    // Each request is told at `info`, which is more than anybody reads.
    logger: { level: parts.logLevel === 'info' ? 'warn' : parts.logLevel, redact: ['req.headers.authorization'] },
    forceCloseConnections: true,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => answerFrameworkError(error, reply),
  });
  // Node swaps the two when the time for the head is the longer one, and then waits a minute for a body.
  app.server.headersTimeout = parts.limits.requestMs;
  app.setValidatorCompiler(validate);
  app.setSerializerCompiler(serializerCompiler);
  answerProblems(app);
  guard(app, parts);
  readJsonBodies(app);
  refuseUnheededQueries(app);
  app.addHook('onSend', async (_request, reply) => void reply.headers(HEADERS));
  await app.register(rateLimit, limits(parts));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Quarterdeck', version: parts.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: withOptionalBodies,
  });
  await app.register(async (inner) => addRoutes(typed(inner), parts));
  return app;
}

function addRoutes(app: Routes, parts: ApiParts): void {
  orchestrationRoutes(app, parts);
  sessionRoutes(app, parts);
  decisionRoutes(app, parts);
  approvalRoutes(app, parts);
  policyRoutes(app, parts);
  resourceRoutes(app, parts);
  performanceRoutes(app, parts);
  eventRoutes(app, parts);
  healthRoutes(app, parts, createMetrics(parts));
}

/** Each token has its own count, taken before a body is read; without one, each address. */
const limits = ({ limits: { requestsPerSecond } }: ApiParts) => ({
  max: requestsPerSecond,
  timeWindow: 1_000,
  hook: 'onRequest' as const,
  keyGenerator: ({ caller, ip }: FastifyRequest) => caller?.token ?? ip,
  errorResponseBuilder: (_request: unknown, { after }: { after: string }) =>
    refusal(429, 'RATE_LIMITED', 'requests', `more than ${requestsPerSecond} a second`, 'fewer', `again in ${after}`),
});
