/** A life worth keeping: played on a real desk, it names the runs whose histories are to be recorded. */
import type { DeskInProcess } from '../desk-in-process.ts';

/** `runId` absent: the latest run. `name` becomes the name of the file. */
export type Kept = { readonly name: string; readonly workflowId: string; readonly runId?: string };

export type Scenario = {
  readonly name: string;
  readonly play: (desk: DeskInProcess) => Promise<readonly Kept[]>;
};

export const ended = (name: string, workflowId: string): Kept => ({ name, workflowId });

/** Every run of an execution, following continue-as-new: `name`, or `name-run-1` and so on where there are several. */
export async function renewed(
  desk: DeskInProcess,
  name: string,
  workflowId: string,
  firstRunId: string,
): Promise<Kept[]> {
  const runIds: string[] = [];
  for (let next: string | null | undefined = firstRunId; next; ) {
    runIds.push(next);
    const { events }: Awaited<ReturnType<typeof historyOf>> = await historyOf(desk, workflowId, next);
    next = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  if (runIds.length === 1) return [{ name, workflowId, runId: firstRunId }];
  return runIds.map((runId, index) => ({ name: `${name}-run-${index + 1}`, workflowId, runId }));
}

export const historyOf = (desk: DeskInProcess, workflowId: string, runId?: string) =>
  desk.client.workflow.getHandle(workflowId, runId).fetchHistory();
