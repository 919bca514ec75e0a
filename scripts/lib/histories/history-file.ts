/**
 * A recorded history as a file: what replay needs and nothing of the machine it was recorded on. Names of workers,
 * hosts and stack traces play no part in a replay and are taken out.
 */
import { hostname } from 'node:os';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

const RECORDER = 'recorder';

/** One line of JSON per event, so that two recordings can be compared. */
export function historyText(history: History): string {
  const { events } = JSON.parse(historyToJSON(history), withoutMachine) as { events: unknown[] };
  const lines = events.map((event) => JSON.stringify(event));
  return `{"events":[\n${lines.join(',\n')}\n]}\n`.replaceAll(hostname(), 'host');
}

function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'identity') return RECORDER;
  if (key === 'stackTrace') return '';
  return value;
}
