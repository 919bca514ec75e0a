/**
 * The product's HTTP interface on a port of its own, over a desk: with a token of the desk, one of an account that owns
 * nothing, and more for cases that use theirs up. Its limits are smaller than the desk's where a case would take too long.
 */
import type { Client } from '@temporalio/client';
import { createApi } from '../../../api/create-api.ts';
import { API_LIMITS, type ApiLimits } from '../../../api/parts.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { openEventFeed } from '../../../db/event-feed.ts';
import type { Database } from '../../../db/tables.ts';

export type HttpSite = {
  readonly port: number;
  readonly url: string;
  readonly tokens: { readonly desk: string; readonly stranger: string; readonly busy: string; readonly other: string };
  readonly close: () => Promise<void>;
};

export type SiteParts = {
  readonly db: Database;
  readonly client: Client;
  readonly databaseUrl: string;
  readonly taskQueue: string;
};

const tokenOf = (name: string): string => `${name}-${'0'.repeat(24)}`;
const TOKENS = { desk: tokenOf('desk'), stranger: tokenOf('stranger'), busy: tokenOf('busy'), other: tokenOf('other') };
export const STRANGER = 'nobody-1';

export async function openHttpSite(parts: SiteParts, limits: Partial<ApiLimits> = {}): Promise<HttpSite> {
  const { databaseUrl, ...shared } = parts;
  const feed = openEventFeed(parts.db, databaseUrl);
  const hostsAllowed: string[] = [];
  const app = await createApi({
    ...shared,
    feed,
    hostsAllowed,
    callers: () =>
      Object.entries(TOKENS).map(([name, token]) => ({ token, accountId: name === 'stranger' ? STRANGER : null })),
    limits: { ...API_LIMITS, ...limits },
    ...{ logLevel: 'error' as const, nowMs: Date.now, version: '0.0.0', tls: null },
  });
  app.log.level = 'silent';
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  hostsAllowed.push(`127.0.0.1:${port}`);
  return {
    ...{ port, tokens: TOKENS, url: `http://127.0.0.1:${port}` },
    close: async () => {
      await app.close();
      await feed.close();
    },
  };
}

/** The same over a database in which no table is found: whatever is read of it fails. */
export async function openBrokenSite(parts: SiteParts): Promise<HttpSite> {
  const db = openDatabase(`${parts.databaseUrl}?options=-c%20search_path%3Dnowhere`, { poolSize: 1 });
  const site = await openHttpSite({ ...parts, db });
  return {
    ...site,
    close: async () => {
      await site.close();
      await closeDatabase(db);
    },
  };
}
