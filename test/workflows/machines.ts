/** Computing machines as processes of their own, started and killed by a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { inject } from 'vitest';
import { llmQueueOf } from '../../workflows/messages/llm.ts';
import { computeQueueOf } from '../../workflows/messages/research.ts';
import { programWords } from '../setup/program.ts';
import type { DeskUnderTest } from './desk-under-test.ts';

export type Machine = { readonly kill: () => Promise<void> };

const started = new Set<ChildProcess>();

/** Ends what a test that failed has left. */
export function killMachines(): void {
  for (const child of started) child.kill('SIGKILL');
}

/** Waits until the machine serves the computing queue beside `researchQueue`. */
export function startMachine(desk: DeskUnderTest, researchQueue: string): Promise<Machine> {
  const { appUrl: databaseUrl } = desk.database;
  return startProgram('test/workflows/compute-machine.ts', { databaseUrl, taskQueue: computeQueueOf(researchQueue) });
}

/** Waits until the machine serves the queue of models beside the desk's; `environment` are its settings. */
export function startLlmMachine(desk: DeskUnderTest, environment: Readonly<Record<string, string>>): Promise<Machine> {
  const { appUrl: databaseUrl } = desk.database;
  return startProgram('test/workflows/llm-machine.ts', {
    databaseUrl,
    taskQueue: llmQueueOf(desk.targets.taskQueue),
    environment,
  });
}

async function startProgram(program: string, settings: object): Promise<Machine> {
  const machine = { address: inject('temporalAddress'), ...settings };
  const child = spawn(process.execPath, [...programWords(program), JSON.stringify(machine)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  await said(child, 'ready');
  return {
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(word)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the machine ended with ${code} before it served`)));
  });
}
