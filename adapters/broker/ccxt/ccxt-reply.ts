/**
 * Replies as answers: one request, one schema. A reply that does not fit is a failed read, never an empty one.
 */
import type { z } from 'zod';
import type { VenueAnswer } from '../../../schemas/venue.ts';
import type { VenueReply } from '../venue-reply.ts';
import type { CcxtClient } from './ccxt-client.ts';
import type { CcxtRequest } from './ccxt-exchange.ts';

/** Longest wait for a free request. */
const WAIT_MS = 30_000;

type Read = Omit<CcxtRequest, 'kind' | 'deadlineMs'> & Partial<Pick<CcxtRequest, 'kind' | 'deadlineMs'>>;
type Reply = Extract<VenueReply, { kind: 'reply' }>;

export async function readReply<S extends z.ZodType>(
  client: CcxtClient,
  schema: S,
  asked: Read,
): Promise<VenueAnswer<z.output<S>>> {
  return answerOf(schema, await client.request({ kind: 'read', ...soon(client), ...asked }));
}

export function answerOf<S extends z.ZodType>(schema: S, reply: VenueReply): VenueAnswer<z.output<S>> {
  if (reply.kind === 'failure') return { kind: 'failed', reason: reply.reason };
  if (reply.status !== 200) return { kind: 'failed', reason: told(reply) };
  const parsed = schema.safeParse(reply.json);
  if (parsed.success) return { kind: 'answered', value: parsed.data };
  return { kind: 'failed', reason: `a reply that makes no sense: ${firstIssue(parsed.error)}` };
}

export const told = ({ status, code, message }: Reply): string =>
  [`HTTP ${status}`, code, message].filter((part) => part !== null).join(' ');

const firstIssue = (error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): string =>
  error.issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`.trim())[0] ?? '';

export const soon = (client: CcxtClient): { readonly deadlineMs: number } => ({
  deadlineMs: client.nowMs() + WAIT_MS,
});

/** Binance's own words for an order it does not have: -2013 to a look-up, -2011 to a cancel. */
export const isUnknownOrder = (reply: VenueReply): boolean =>
  reply.kind === 'reply' && reply.status === 400 && (reply.code === '-2013' || reply.code === '-2011');

/** -1121: the exchange has no such market, or has it no more. */
export const isUnknownMarket = (reply: VenueReply): boolean =>
  reply.kind === 'reply' && reply.status === 400 && reply.code === '-1121';
