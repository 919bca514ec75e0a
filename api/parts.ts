/** What the HTTP interface is made of; put together by workers/api.ts and by tests. */
import type { Client } from '@temporalio/client';
import type { EventFeed } from '../db/event-feed.ts';
import type { Database } from '../db/tables.ts';

/** A token and what it may see: the whole desk, or one account only. */
export type Caller = { readonly token: string; readonly accountId: string | null };

export type ApiParts = {
  readonly db: Database;
  readonly client: Client;
  readonly feed: EventFeed;
  /** Who may call; read again when the file of tokens changes. */
  readonly callers: () => readonly Caller[];
  /** `host` or `host:port` as a Host header names this server. */
  readonly hostsAllowed: readonly string[];
  readonly nowMs: () => number;
  readonly version: string;
  /** Key and certificate in PEM; null: plain HTTP, on loopback only. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
};
