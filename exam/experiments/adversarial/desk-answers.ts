/** Wrong inputs put to a real desk: a workflow is started with each, and its failure is read as anyone would read it. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { OrderExecutionStatus } from '../../../schemas/order-execution.ts';
import type { Problem } from '../../../schemas/problem.ts';
import type { DeskInProcess, OrderRun, SessionRun } from '../../../scripts/lib/desk-in-process.ts';
import { type Case, problemTexts } from './case.ts';
import { tellProblem, type WorkflowInput } from './workflow-input.ts';

export const byDesk = (desk: DeskInProcess, one: WorkflowInput): Case => ({
  row: one.row,
  input: one.input === undefined ? 'undefined' : one.input,
  expected: one.expected,
  answer: async () => {
    const id = one.id ?? freshId();
    const run =
      one.workflow === 'session' ? await desk.startSession(id, one.input) : await desk.startOrder(id, one.input);
    return endOf(run, one.row);
  },
});

export const freshId = (): string => `exam-${randomUUID().slice(0, 13)}`;

/** How a run ended, as a text: its problems, the rules that refused it, or what else happened. */
export async function endOf(run: SessionRun | OrderRun, row: string): Promise<string> {
  try {
    const result = await run.result();
    return 'reasons' in result ? orderEnd(result) : 'ACCEPTED';
  } catch (error) {
    const problems = problemsOf(error);
    return problems === null ? `FAILED ${String(causeOf(error) ?? error)}` : problemTexts(problems, tellProblem(row));
  }
}

function orderEnd({ state, reasons }: OrderExecutionStatus): string {
  return state === 'refused' ? `refused by ${reasons.map(({ rule }) => rule).join(' ')}` : 'ACCEPTED';
}

function causeOf(error: unknown): unknown {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  return cause instanceof ActivityFailure ? cause.cause : cause;
}

/** `details[0].problems` of a failure of type InvalidInput, null for every other end. */
export function problemsOf(error: unknown): readonly Problem[] | null {
  const cause = causeOf(error);
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'InvalidInput') return null;
  const [detail] = (cause.details ?? []) as { problems?: Problem[] }[];
  return detail?.problems ?? null;
}
