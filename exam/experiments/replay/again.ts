/** The record gone over: each decision and each call made again with nobody to ask, each history run by today's code. */
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Database } from '../../../db/tables.ts';
import { describeProblems, InvalidInput } from '../../../schemas/problem.ts';
import { replayAnswer } from '../../../scripts/lib/replay/replay-answer.ts';
import type { Violation } from '../../exam.ts';
import { renameActivity } from './tamper.ts';

export type Again = { readonly count: number; readonly violations: readonly Violation[] };

/** All decisions of the sessions. */
export async function decisionsAgain(db: Database, sessionIds: readonly string[]): Promise<Again> {
  let count = 0;
  const violations: Violation[] = [];
  for (const sessionId of sessionIds) {
    const { ok, decisions, lines } = await again(db, sessionId);
    count += decisions;
    if (!ok) violations.push({ kind: 'decision', where: `${sessionId}: ${lines.join('; ')}` });
  }
  return { count, violations };
}

/** All calls of models that there were. */
export async function callsAgain(db: Database): Promise<Again> {
  const calls = await db.selectFrom('model_calls').select('call_id').orderBy('call_key').execute();
  const violations: Violation[] = [];
  for (const { call_id: callId } of calls) {
    const { ok, lines } = await again(db, callId);
    if (!ok) violations.push({ kind: 'call', where: `${callId}: ${lines.join('; ')}` });
  }
  return { count: calls.length, violations };
}

type Told = { readonly ok: boolean; readonly decisions: number; readonly lines: readonly string[] };

/** As `npm run replay` does it, and without settings of models to ask one with. */
async function again(db: Database, id: string): Promise<Told> {
  const noModels = (): never => {
    throw new Error('a replay has asked for models');
  };
  try {
    const { document, lines } = await replayAnswer(db, noModels, id, { limits: {}, model: null, prompt: null });
    return { ok: document.ok === true, decisions: Number(document.decisions ?? 0), lines };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { ok: false, decisions: 0, lines: [describeProblems(error.problems)] };
  }
}

/** All runs of all workflows. @param tampered whether one of them was given another activity */
export async function historiesAgain(client: Client, codePath: string, tampered: boolean): Promise<Again> {
  const histories: { workflowId: string; history: Awaited<ReturnType<typeof fetchHistory>> }[] = [];
  const fetchHistory = (workflowId: string, runId: string) =>
    client.workflow.getHandle(workflowId, runId).fetchHistory();
  for await (const { workflowId, runId } of client.workflow.list()) {
    histories.push({ workflowId, history: await fetchHistory(workflowId, runId) });
  }
  if (tampered) renameActivity(histories[0]?.history.events ?? []);
  const violations: Violation[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, histories)) {
    if (error !== undefined) violations.push({ kind: 'history', where: `${workflowId}: ${error.message}` });
  }
  return { count: histories.length, violations };
}
