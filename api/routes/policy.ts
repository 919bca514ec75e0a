/** The policy in force, and its versions. It is changed by officers and by `npm run policy`, never from here. */
import { z } from 'zod';
import { policyInForce } from '../../db/policies.ts';
import { policyHistory } from '../../db/policy-history.ts';
import { operatingModeSchema } from '../../schemas/governance.ts';
import { answerOf, countText, documentSchema, initializingSchema, PAGE_LIMIT_MAX } from '../../schemas/http.ts';
import type { ApiParts } from '../parts.ts';
import { plain } from '../plain.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import type { Routes } from '../typed.ts';

const LIMIT = 50;

const told = { version: z.int(), mode: operatingModeSchema, setBy: z.string(), reason: z.string(), atMs: z.int() };

/**
 * `profile` is the effective one; `settings` null and `faults` told: the
 * stored row is no policy, and nothing is opened.
 */
const policySchema = z.object({
  ...told,
  profile: documentSchema,
  settings: documentSchema.nullable(),
  ceilings: documentSchema.nullable(),
  stale: z.array(z.string()),
  faults: z.array(z.string()),
  modeSinceMs: z.int(),
  modeCorrelationId: z.string().nullable(),
  correlationId: z.string().nullable(),
});

/** As the row stands, also one that is no policy. */
const versionSchema = z.object({
  ...told,
  mode: z.string(),
  active: z.boolean(),
  before: documentSchema.nullable(),
  after: documentSchema,
  correlationId: z.string().nullable(),
});

export function policyRoutes(app: Routes, { db }: ApiParts): void {
  const inForce = {
    summary: 'The policy in force, with the effective profile of its mode',
    querystring: z.strictObject({}),
    response: { 200: z.union([answerOf(policySchema), initializingSchema]), ...PROBLEM_ANSWERS },
  };
  app.get('/api/policy', { schema: inForce }, async () => {
    const policy = await policyInForce(db);
    if (policy === undefined) return { status: 'initializing' as const, message: 'no policy has been set yet' };
    return { status: 'ok' as const, data: plain(policy) as z.input<typeof policySchema> };
  });
  const history = {
    summary: 'Versions of the policy, the newest first',
    querystring: z.strictObject({ limit: countText(PAGE_LIMIT_MAX).optional() }),
    response: { 200: answerOf(z.array(versionSchema)), ...PROBLEM_ANSWERS },
  };
  app.get('/api/policy/history', { schema: history }, async ({ query }) => {
    const versions = await policyHistory(db, query.limit ?? LIMIT);
    return { status: 'ok' as const, data: versions.map((one) => plain(one) as z.input<typeof versionSchema>) };
  });
}
