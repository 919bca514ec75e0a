/**
 * The research half of a desk whose workers run in this very process: for recording histories and for tests. One worker
 * of queue `research`, and one that computes unless other processes do.
 */
import path from 'node:path';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createThreadPool } from '../../adapters/compute/thread-pool.ts';
import { createComputeWorker, createResearchWorker } from '../../workers/create-research-workers.ts';
import type { agentTraining } from '../../workflows/agent-training.ts';
import type { backtest } from '../../workflows/backtest.ts';
import type { evolutionRun } from '../../workflows/evolution-run.ts';
import { agentTrainingId } from '../../workflows/messages/agent-training.ts';
import { backtestId } from '../../workflows/messages/backtest.ts';
import { evolutionRunId } from '../../workflows/messages/evolution-run.ts';
import { parameterSearchId } from '../../workflows/messages/parameter-search.ts';
import { computeQueueOf } from '../../workflows/messages/research.ts';
import type { parameterSearch } from '../../workflows/parameter-search.ts';
import type { DeskInProcess } from './desk-in-process.ts';
import { projectFolder } from './paths.ts';

export type EvolutionHandle = WorkflowHandleWithFirstExecutionRunId<typeof evolutionRun>;
export type BacktestHandle = WorkflowHandleWithFirstExecutionRunId<typeof backtest>;
export type SearchHandle = WorkflowHandleWithFirstExecutionRunId<typeof parameterSearch>;
export type TrainingHandle = WorkflowHandleWithFirstExecutionRunId<typeof agentTraining>;

export type ResearchInProcess = {
  readonly researchQueue: string;
  readonly startEvolution: (id: string, input?: unknown) => Promise<EvolutionHandle>;
  readonly startSearch: (id: string, input?: unknown) => Promise<SearchHandle>;
  readonly startTraining: (id: string, input?: unknown) => Promise<TrainingHandle>;
  readonly startBacktest: (id: string, input?: unknown) => Promise<BacktestHandle>;
  readonly close: () => Promise<void>;
};

type Untyped<Workflow extends (...args: never[]) => unknown> = (raw?: unknown) => ReturnType<Workflow>;

/** Serves `researchQueue` and, when `computes`, the computing queue beside it. */
export async function openResearchInProcess(
  desk: DeskInProcess,
  researchQueue: string,
  computes = true,
): Promise<ResearchInProcess> {
  const { address, namespace, codePath, home, payloadKeys } = desk.targets;
  const nativeConnection = await NativeConnection.connect({ address });
  const keys = payloadKeys === undefined ? {} : { payloadKeys };
  const configFolder = path.join(projectFolder, 'config');
  const parts = {
    nativeConnection,
    namespace,
    codePath,
    db: desk.db,
    configFolder,
    home,
    codeVersion: 'in-process',
    ...keys,
  };
  const pool = createThreadPool();
  const workers = [await createResearchWorker({ ...parts, taskQueue: researchQueue })];
  const computeQueue = computeQueueOf(researchQueue);
  if (computes) workers.push(await createComputeWorker({ ...parts, taskQueue: computeQueue }, pool));
  const running = workers.map((worker) => worker.run());
  for (const done of running) done.catch(() => undefined);
  const args = (input: unknown): [unknown?] => (input === undefined ? [] : [input]);
  return {
    researchQueue,
    startEvolution: (id, input) =>
      desk.client.workflow.start<Untyped<typeof evolutionRun>>('evolutionRun', {
        taskQueue: researchQueue,
        workflowId: evolutionRunId(id),
        args: args(input),
      }),
    startSearch: (id, input) =>
      desk.client.workflow.start<Untyped<typeof parameterSearch>>('parameterSearch', {
        taskQueue: researchQueue,
        workflowId: parameterSearchId(id),
        args: args(input),
      }),
    startTraining: (id, input) =>
      desk.client.workflow.start<Untyped<typeof agentTraining>>('agentTraining', {
        taskQueue: researchQueue,
        workflowId: agentTrainingId(id),
        args: args(input),
      }),
    startBacktest: (id, input) =>
      desk.client.workflow.start<Untyped<typeof backtest>>('backtest', {
        taskQueue: researchQueue,
        workflowId: backtestId(id),
        args: args(input),
      }),
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await Promise.all([pool.close(), nativeConnection.close()]);
    },
  };
}
