/** What `npm run approve` and `npm run deny` have in common: they differ in one word. */
import { Client, ServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { dataConverterOf } from '../../../adapters/payload/data-converter.ts';
import { waitingOrders } from '../../../db/approvals.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { ApprovalOutcome } from '../../../schemas/approval.ts';
import { openDesk } from '../desk.ts';
import { deskDown } from '../desk-problem.ts';
import { person } from '../person.ts';
import { printAnswer } from '../script.ts';
import { connectTemporal } from '../temporal-namespace.ts';
import { withDatabase } from '../with-database.ts';
import { readAnswerCommand } from './answer-flags.ts';
import { answerWaiting } from './answer-waiting.ts';

const CONNECT_WITHIN_MS = 10_000;
/** A session answers as soon as a worker has its turn; without a worker nobody ever does. */
const ANSWER_WITHIN_MS = 15_000;

/** @returns 0 done, 1 approved but refused by the gate, which was asked again */
export async function runAnswer(script: 'approve' | 'deny', words: readonly string[]): Promise<number> {
  const command = readAnswerCommand(script, words);
  if (command.kind === 'list') return list();
  const { decisionId, orderHash } = command;
  const outcome = await answer({ decisionId, orderHash, approve: script === 'approve', by: person() });
  const ok = outcome.sent !== false;
  printAnswer({ ok, ...outcome }, [line(outcome)]);
  return ok ? 0 : 1;
}

async function answer(given: Parameters<typeof answerWaiting>[1]): Promise<ApprovalOutcome> {
  const { databaseUrl, temporal, payloadKeys } = await openDesk();
  const connection = await connectTemporal(temporal.address, CONNECT_WITHIN_MS);
  const db = openDatabase(databaseUrl, { poolSize: 2, applicationName: 'quarterdeck approvals' });
  try {
    const { namespace } = temporal;
    const client = new Client({ connection, namespace, dataConverter: dataConverterOf(payloadKeys) });
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => answerWaiting({ db, client }, given));
  } catch (error) {
    throw isSilence(error) ? noAnswer(given.decisionId) : error;
  } finally {
    await Promise.all([closeDatabase(db), connection.close()]);
  }
}

const isSilence = (error: unknown): boolean =>
  error instanceof ServiceError || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;

/** It may still be heard when a worker comes: whether it was, the list tells. */
const noAnswer = (decisionId: string) =>
  deskDown(
    'WORKERS_DOWN',
    'decisionId',
    decisionId,
    'an answer of its session',
    'npm run doctor; --list shows what waits',
  );

function line({ decisionId, approved, by, sent }: ApprovalOutcome): string {
  if (!approved) return `denied: ${decisionId} by ${by}`;
  const came =
    sent === true
      ? 'its order is sent'
      : sent === false
        ? `the gate, asked again, refused it: npm run why -- ${decisionId}`
        : 'it waits for the other leg of its pair';
  return `approved: ${decisionId} by ${by}; ${came}`;
}

async function list(): Promise<number> {
  const rows = await withDatabase({ name: 'approvals' }, waitingOrders);
  const waiting = rows.map((row) => ({
    ...{ decisionId: row.decision_id, orderHash: row.order_hash, symbol: row.symbol, action: row.action },
    ...{ reason: row.reason, expiresAtMs: row.expires_at.getTime(), workflowId: row.workflow_id },
  }));
  const lines = waiting.map(({ decisionId, orderHash, action, symbol, reason, expiresAtMs }) => {
    const what = `${action} ${symbol}, ${reason}, until ${new Date(expiresAtMs).toISOString()}`;
    return `${decisionId} --hash ${orderHash}\n  ${what}`;
  });
  printAnswer({ ok: true, waiting }, lines.length === 0 ? ['nothing waits for a person'] : lines);
  return 0;
}
