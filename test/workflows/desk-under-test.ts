/**
 * A desk for one test file: a database of its own, a task queue of its own, the run's Temporal server, a real worker
 * in this process. Session and order ids must be unique per file; `freshId` makes them so.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { inject } from 'vitest';
import type { Venue } from '../../adapters/broker/venue.ts';
import { createAccount } from '../../db/accounts.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { depositEntries } from '../../domain/execution/ledger.ts';
import { openRiskState } from '../../domain/risk/risk-state.ts';
import type { Problem } from '../../schemas/problem.ts';
import { type DeskInProcess, type DeskTargets, openDeskInProcess } from '../../scripts/lib/desk-in-process.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

export type DeskUnderTest = DeskInProcess & {
  /** The database as its owner: for looking, and for what no part of the desk may do. */
  readonly database: TestDatabase;
  readonly home: string;
  readonly setKillFile: (reason: string | null) => void;
};

/**
 * Opens a desk with its worker running; `venues` beside the paper book, and vendors of market data with their clock.
 */
export async function openDeskUnderTest(
  venues: readonly Venue[] = [],
  markets: Pick<DeskTargets, 'markets' | 'nowMs'> = {},
  payloads: Partial<Pick<DeskTargets, 'payloadKeys' | 'codePath'>> = {},
): Promise<DeskUnderTest> {
  const database = await createTestDatabase();
  const home = mkdtempSync(path.join(tmpdir(), 'quarterdeck-desk-'));
  const desk = await openDeskInProcess({
    databaseUrl: database.appUrl,
    address: inject('temporalAddress'),
    namespace: 'default',
    taskQueue: `trading-${randomUUID()}`,
    codePath: inject('workflowBundlePath'),
    home,
    venues,
    ...markets,
    ...payloads,
  });
  await desk.startWorker();
  const killFile = path.join(home, 'KILL');
  return {
    ...desk,
    database,
    home,
    setKillFile: (reason) => (reason === null ? rmSync(killFile, { force: true }) : writeFileSync(killFile, reason)),
    close: async () => {
      await desk.close();
      await database.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export { until } from '../../scripts/lib/until.ts';

export const freshId = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;

/** The problems a workflow closed with. @throws Error when it did not fail that way */
export async function problemsOf(run: { result: () => Promise<unknown> }): Promise<readonly Problem[]> {
  const failure = await run.result().then(
    () => null,
    (error: unknown) => error,
  );
  const cause = failure instanceof WorkflowFailedError ? failure.cause : undefined;
  const final = cause instanceof ActivityFailure ? cause.cause : cause;
  if (!(final instanceof ApplicationFailure) || final.type !== 'InvalidInput') {
    throw new Error(`the workflow did not fail as InvalidInput but as ${String(final ?? failure)}`);
  }
  return problemsIn(final);
}

/** `details[0].problems` of an InvalidInput failure. */
export function problemsIn(failure: ApplicationFailure): readonly Problem[] {
  const [detail] = (failure.details ?? []) as { problems?: Problem[] }[];
  return detail?.problems ?? [];
}

/** Opens a paper account with 100,000 USD: tests that trade much get one of their own. */
export async function openAccount(desk: DeskUnderTest, accountId: string): Promise<string> {
  const cash = toDecimal(100_000);
  await createAccount(
    desk.db,
    {
      accountId,
      venue: 'paper',
      currency: 'USD',
      cash: '100000',
      equity: '100000',
      startingCash: '100000',
      tradingMode: 'paper',
      riskState: openRiskState(cash, 0),
      fundingDoneMs: null,
      epoch: 0,
      createdAtMs: Date.now(),
    },
    depositEntries(accountId, cash, Date.now()),
  );
  return accountId;
}
