/**
 * Carries out a key on a row: the same signals and the same update that the HTTP interface and the other scripts send.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Database } from '../../../db/tables.ts';
import { describeProblems, InvalidInput } from '../../../schemas/problem.ts';
import * as research from '../../../workflows/messages/research.ts';
import * as session from '../../../workflows/messages/strategy-session.ts';
import { answerWaiting } from '../approvals/answer-waiting.ts';
import { messageOf } from '../desk-problem.ts';
import type { Row } from './board.ts';
import { type Command, nameOf } from './view.ts';

export type CommandParts = { readonly db: Database; readonly client: Client; readonly by: string };

const WITHIN_MS = 10_000;

/** @returns what came of it, in words; never throws, whatever is down */
export async function commandRow(parts: CommandParts, row: Row, command: Command): Promise<string> {
  try {
    return await parts.client.withDeadline(Date.now() + WITHIN_MS, () => carryOut(parts, row, command));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return `${nameOf(row)} has ended`;
    if (error instanceof InvalidInput) return `${command}: ${describeProblems(error.problems).split('\n').join('; ')}`;
    return `${command} of ${nameOf(row)} failed: ${messageOf(error)}`;
  }
}

async function carryOut({ db, client, by }: CommandParts, row: Row, command: Command): Promise<string> {
  if (row.kind === 'approval') {
    const { decisionId, orderHash } = row.of;
    const { approved, sent } = await answerWaiting(
      { db, client },
      { decisionId, orderHash, approve: command === 'approve', by },
    );
    if (!approved) return `denied: ${decisionId}`;
    return sent === false ? `approved, but the gate refused it: ${decisionId}` : `approved: ${decisionId}`;
  }
  const handle = client.workflow.getHandle(row.of.workflowId);
  const { pauseSignal, resumeSignal, stopSignal } = row.kind === 'run' ? research : session;
  if (command === 'stop') await handle.signal(stopSignal, { reason: `npm run top, ${by}` });
  else await handle.signal(command === 'pause' ? pauseSignal : resumeSignal);
  return `${command}: told to ${nameOf(row)}`;
}
