/**
 * A command that may be sent twice is carried out once: its answer is kept under the caller's Idempotency-Key for a
 * day. The same key with another body is refused; the same command while the first is under way, too.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { forgetAnswer, keepAnswer, takeKey } from '../db/idempotency.ts';
import type { ApiParts } from './parts.ts';
import { refusal } from './refusal.ts';

const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * `work` is told the name of this command, the same whenever it is sent again under its key; null without one.
 * @throws Refusal 400 IDEMPOTENCY_KEY, 409 IDEMPOTENCY_MISMATCH, 409 IDEMPOTENCY_UNDER_WAY
 */
export async function onceOnly<T extends object>(
  { db, nowMs }: ApiParts,
  request: FastifyRequest,
  work: (command: string | null) => Promise<T>,
): Promise<T> {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return work(null);
  if (typeof given !== 'string' || !KEY.test(given)) {
    throw refusal(400, 'IDEMPOTENCY_KEY', 'Idempotency-Key', given, '1 to 200 visible characters');
  }
  const key = hashOf([request.caller?.token, given]);
  const taken = await takeKey(db, {
    key,
    requestHash: hashOf([request.method, request.url, request.body]),
    atMs: nowMs(),
  });
  if (taken.kind === 'mismatch')
    throw refusal(409, 'IDEMPOTENCY_MISMATCH', 'Idempotency-Key', given, 'the body it was sent with first');
  if (taken.kind === 'underWay')
    throw refusal(409, 'IDEMPOTENCY_UNDER_WAY', 'Idempotency-Key', given, 'the first request to end');
  if (taken.kind === 'answered') return taken.answer as T;
  try {
    const answer = await work(key);
    await keepAnswer(db, key, answer);
    return answer;
  } catch (error) {
    await forgetAnswer(db, key);
    throw error;
  }
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
