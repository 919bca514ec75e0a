/** Accounts: what they hold, the postings behind it, how they stand with their venue, who armed them. */
import type { Generated } from 'kysely';
import type { LedgerEntry } from '../../schemas/execution.ts';
import type { TradingMode } from '../../schemas/governance.ts';
import type { Instant, JsonObject, OptionalInstant } from './columns.ts';

export type AccountsTable = {
  account_id: string;
  venue: string;
  currency: string;
  cash: string;
  equity: string;
  starting_cash: string;
  trading_mode: TradingMode;
  risk_state: JsonObject;
  funding_done_ms: number | null;
  epoch: number;
  created_at: Instant;
};

export type LedgerEntriesTable = {
  posting_id: string;
  entry_id: string;
  account_id: string;
  book: string;
  kind: LedgerEntry['kind'];
  amount: string;
  currency: string;
  client_order_id: string | null;
  trade_id: string | null;
  at: Instant;
};

export type AccountStandingsTable = {
  account_id: string;
  venue_account_id: string;
  frozen: string | null;
  frozen_at: OptionalInstant;
  reconciled_at: OptionalInstant;
  equal_at: OptionalInstant;
  report: JsonObject | null;
};

export type ArmingsTable = {
  arming_id: Generated<number>;
  account_id: string;
  armed_by: string;
  armed_at: Instant;
  expires_at: Instant;
  paper_record: JsonObject;
  override_reason: string | null;
  disarmed_at: OptionalInstant;
  disarmed_by: string | null;
};
