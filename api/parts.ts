/** What the HTTP interface is made of; put together by workers/api.ts and by tests. */
import type { Client } from '@temporalio/client';
import type { EventFeed } from '../db/event-feed.ts';
import type { Database } from '../db/tables.ts';

/** A token and what it may see: the whole desk, or one account only. */
export type Caller = { readonly token: string; readonly accountId: string | null };

/** What one caller, or a slow one, may take of this process. */
export type ApiLimits = {
  /** A whole request must have come within this. */
  readonly requestMs: number;
  /** Of one token; without a token, of one address. */
  readonly requestsPerSecond: number;
  /** Readers of the event stream at once. */
  readonly readersMax: number;
  /** What a reader of events may leave unread, and for how long. */
  readonly unreadBytesMax: number;
  readonly unreadMsMax: number;
};

export const API_LIMITS: ApiLimits = {
  requestMs: 10_000,
  requestsPerSecond: 500,
  readersMax: 200,
  unreadBytesMax: 256 * 1_024,
  unreadMsMax: 10_000,
};

export type ApiParts = {
  readonly db: Database;
  readonly client: Client;
  readonly feed: EventFeed;
  /** The queue on which sessions are started and whose worker must be there. */
  readonly taskQueue: string;
  /** Who may call; read again when the file of tokens changes. */
  readonly callers: () => readonly Caller[];
  /** `host` or `host:port` as a Host header names this server. */
  readonly hostsAllowed: readonly string[];
  readonly limits: ApiLimits;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  readonly nowMs: () => number;
  readonly version: string;
  /** Key and certificate in PEM; null: plain HTTP, on loopback only. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
};
