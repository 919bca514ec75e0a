/**
 * The model half of a desk whose workers run in this very process: for recording histories and for tests. The
 * queues `llm` and `research` beside the desk's own.
 */
import path from 'node:path';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { parseEnvironment } from '../../config/environment.ts';
import { createLlmWorker } from '../../workers/create-llm-worker.ts';
import { llmSettings } from '../../workers/llm.ts';
import { llmQueueOf, researchQueueOf } from '../../workflows/messages/llm.ts';
import type { DeskInProcess } from './desk-in-process.ts';
import { projectFolder } from './paths.ts';
import { openResearchInProcess, type ResearchInProcess } from './research-in-process.ts';

type Started = WorkflowHandleWithFirstExecutionRunId<(raw?: unknown) => Promise<unknown>>;

export type ModelsInProcess = {
  readonly research: ResearchInProcess;
  /** Starts a workflow under its whole id, on the trading queue or on that of research. */
  readonly start: (
    type: string,
    workflowId: string,
    input?: unknown,
    queue?: 'trading' | 'research',
  ) => Promise<Started>;
  readonly close: () => Promise<void>;
};

/**
 * @param settings the environment of the models, without any the rules answer; `elsewhere`: another process asks them
 */
export async function openModelsInProcess(
  desk: DeskInProcess,
  settings: Readonly<Record<string, string>> | 'elsewhere' = {},
): Promise<ModelsInProcess> {
  const { address, taskQueue } = desk.targets;
  const nativeConnection = await NativeConnection.connect({ address });
  const worker = settings === 'elsewhere' ? null : await llmWorker(desk, nativeConnection, settings);
  const running = worker?.run();
  running?.catch(() => undefined);
  const researchQueue = researchQueueOf(taskQueue);
  const research = await openResearchInProcess(desk, researchQueue);
  return {
    research,
    start: (type, workflowId, input, queue = 'trading') =>
      desk.client.workflow.start<(raw?: unknown) => Promise<unknown>>(type, {
        taskQueue: queue === 'trading' ? taskQueue : researchQueue,
        workflowId,
        args: input === undefined ? [] : [input],
      }),
    close: async () => {
      worker?.shutdown();
      await running;
      await research.close();
      await nativeConnection.close();
    },
  };
}

function llmWorker(
  { db, targets: { namespace, taskQueue } }: DeskInProcess,
  nativeConnection: NativeConnection,
  settings: Readonly<Record<string, string>>,
): Promise<Worker> {
  const folders = { configFolder: path.join(projectFolder, 'config'), project: projectFolder };
  const wiring = { ...llmSettings(parseEnvironment(settings), folders), db };
  return createLlmWorker({ ...wiring, nativeConnection, namespace, taskQueue: llmQueueOf(taskQueue) });
}
