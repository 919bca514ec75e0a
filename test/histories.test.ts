/**
 * Today's workflow code must be able to go on with yesterday's histories. `npm run histories` records them anew, when
 * a change is meant to break that.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, expect, inject, it } from 'vitest';
import * as workflows from '../workflows/index.ts';

const FOLDER = path.resolve(import.meta.dirname, 'histories');
const HISTORIES_MIN = 20;
const BYTES_MAX = 300_000;

type Recorded = { readonly events: readonly Record<string, unknown>[] };

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const read = (name: string): Recorded => JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8'));

type Started = { readonly workflowId: string; readonly workflowType: { readonly name: string } };

const startOf = ({ events }: Recorded): Started => events[0]?.workflowExecutionStartedEventAttributes as Started;
const lastOf = ({ events }: Recorded): string => String(events.at(-1)?.eventType);

beforeAll(() => {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({
    logger,
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
});

it('keeps histories of every workflow and of every way to end', () => {
  const histories = names.map(read);
  expect(names.length).toBeGreaterThanOrEqual(HISTORIES_MIN);
  expect([...new Set(histories.map((one) => startOf(one).workflowType.name))].sort()).toEqual(
    Object.keys(workflows).sort(),
  );
  const ends = new Set(histories.map(lastOf));
  for (const end of ['COMPLETED', 'FAILED', 'CANCELED', 'TERMINATED', 'CONTINUED_AS_NEW']) {
    expect(ends).toContain(`EVENT_TYPE_WORKFLOW_EXECUTION_${end}`);
  }
});

it('holds no failed workflow task, no place of the machine it was recorded on, and no file too large to read', () => {
  for (const name of names) {
    expect(statSync(path.join(FOLDER, name)).size, name).toBeLessThan(BYTES_MAX);
    const text = readFileSync(path.join(FOLDER, name), 'utf8');
    // A task that a terminate from outside took away is no failure of ours.
    const failures = text.match(/WORKFLOW_TASK_FAILED_CAUSE_(?!FORCE_CLOSE_COMMAND)\w+/g);
    expect(failures, name).toBeNull();
    expect(/\/(home|root|tmp|work)\//.test(text), name).toBe(false);
  }
});

it('replays every history against the code of today', async () => {
  // A workflow checks its own id: it must be replayed under the one it had.
  const histories = names.map(read).map((history) => ({ workflowId: startOf(history).workflowId, history }));
  const workflowBundle = { codePath: inject('workflowBundlePath') };
  const broken: string[] = [];
  let replayed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    if (error !== undefined) broken.push(`${workflowId}: ${error.message}`);
    replayed += 1;
  }
  expect(broken).toEqual([]);
  expect(replayed).toBe(names.length);
}, 120_000);
