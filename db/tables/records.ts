/** The desk's own records: numbers given out, events, the audit chain, requests already answered, alerts sent. */
import type { Generated } from 'kysely';
import type { Instant, JsonObject } from './columns.ts';

export type CountersTable = { name: string; value: number };

export type EventsTable = {
  sequence: number;
  type: string;
  payload: JsonObject;
  correlation_id: string | null;
  at: Instant;
};

export type AuditTable = {
  sequence: number;
  hash: string;
  previous_hash: string;
  kind: string;
  body: JsonObject;
  at: Instant;
};

export type IdempotencyKeysTable = { key: string; request_hash: string; answer: JsonObject | null; at: Instant };

export type AlertCursorsTable = {
  channel: string;
  sequence: number;
  failures: Generated<number>;
  last_failure: string | null;
  at: Instant;
};
