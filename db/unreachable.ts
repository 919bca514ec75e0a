/** Whether an error says that Postgres cannot be reached, as opposed to what it answered. */
import { sqlState } from './retry.ts';

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'ENOENT']);
/** Shutting down, starting up, no connection left. */
const STATES = new Set(['57P01', '57P02', '57P03', '53300']);
const WORDS =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

export const isUnreachable = (error: unknown): boolean =>
  error instanceof Error && (NETWORK.has(sqlState(error)) || STATES.has(sqlState(error)) || WORDS.test(error.message));
