/** All migrations by name, in the order in which they run. A migration that has shipped is never edited. */
import type { Migration } from 'kysely';
import * as accounts from './0001-accounts.ts';
import * as market from './0002-market.ts';
import * as sessions from './0003-sessions.ts';
import * as orders from './0004-orders.ts';
import * as governance from './0005-governance.ts';
import * as views from './0006-views.ts';
import * as venues from './0007-venues.ts';

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-accounts': accounts,
  '0002-market': market,
  '0003-sessions': sessions,
  '0004-orders': orders,
  '0005-governance': governance,
  '0006-views': views,
  '0007-venues': venues,
};
