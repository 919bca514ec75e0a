/**
 * What a handler answers: a status and, unless it is 204, a body in JSON,
 * or the events of a stream that ends with them.
 * A refusal carries Alpaca's code and message.
 */
import { type Refusal, refusal } from './venue-order.ts';

export type Reply = { readonly status: number; readonly body?: unknown; readonly events?: readonly unknown[] };

export const ok = (body: unknown): Reply => ({ status: 200, body });

export const refuse = ({ status, code, message, extra }: Refusal): Reply => ({
  status,
  body: { code, message, ...extra },
});

const NOT_VALID = 40010001;
const NOT_FOUND = 40410000;

export const notValid = (message: string): Reply => refuse(refusal(422, NOT_VALID, message));

export const notFound = (message: string): Reply => refuse(refusal(404, NOT_FOUND, message));
