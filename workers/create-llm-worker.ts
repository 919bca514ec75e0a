/**
 * A worker of queue `llm`, wired but not yet running: prompts registered, activities alone. Its process
 * (workers/all.ts) and the tests make it the same way. Connections stay the caller's to close.
 */
import { hostname } from 'node:os';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { dataConverterOf } from '../adapters/payload/data-converter.ts';
import { registerPrompts } from '../db/llm/prompts.ts';
import { LLM_QUEUE } from '../workflows/messages/llm.ts';
import { beatWhileRunning } from './heartbeats.ts';
import { type LlmWiring, llmActivities } from './llm.ts';

export type LlmWorkerParts = LlmWiring & {
  readonly nativeConnection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue?: string;
  /** What encrypts payloads; none when left out. */
  readonly payloadKeys?: readonly Uint8Array[];
  /** Questions that this worker has open at once. @default 40 */
  readonly askedAtOnce?: number;
};

/** A debate of five models over five symbols fits; what is beyond waits in the queue. Chosen. */
const ASKED_AT_ONCE = 40;

/** @throws InvalidInput PROMPT_CHANGED when the file of a registered version has another text */
export async function createLlmWorker(parts: LlmWorkerParts): Promise<Worker> {
  await registerPrompts(parts.db, parts.prompts, (parts.nowMs ?? Date.now)());
  return Worker.create({
    connection: parts.nativeConnection,
    namespace: parts.namespace,
    taskQueue: parts.taskQueue ?? LLM_QUEUE,
    dataConverter: dataConverterOf(parts.payloadKeys ?? []),
    activities: llmActivities(parts),
    interceptors: { activity: [beatWhileRunning] },
    identity: `quarterdeck:${process.pid}@${hostname()}`,
    maxConcurrentActivityTaskExecutions: parts.askedAtOnce ?? ASKED_AT_ONCE,
    maxHeartbeatThrottleInterval: '1 second',
    defaultHeartbeatThrottleInterval: '1 second',
    shutdownGraceTime: '10 seconds',
  });
}
