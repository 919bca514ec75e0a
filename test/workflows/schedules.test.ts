/** The desk's Schedules: five, of which research waits for a person, each with an input that its workflow takes. */
import type { Client, ScheduleOptions } from '@temporalio/client';
import { expect, it } from 'vitest';
import { agentTrainingInputSchema } from '../../schemas/agent-training.ts';
import { evolutionRunInputSchema } from '../../schemas/evolution-run.ts';
import { parameterSearchInputSchema } from '../../schemas/parameter-search.ts';
import { ensureSchedules } from '../../workers/schedules.ts';

it('are made with inputs that their workflows take; research is paused', async () => {
  const made: ScheduleOptions[] = [];
  const schedule = {
    create: async (options: ScheduleOptions) => void made.push(options),
    getHandle: () => ({ trigger: async () => undefined }),
  };
  await ensureSchedules({ schedule } as unknown as Client);
  expect(made.map(({ scheduleId, state }) => [scheduleId, state?.paused === true])).toEqual([
    ['reconciliation', false],
    ['allocation-review', false],
    ['evolution-run', true],
    ['parameter-search', true],
    ['agent-training', true],
  ]);
  const schemas: Readonly<Record<string, { parse: (input: unknown) => unknown }>> = {
    evolutionRun: evolutionRunInputSchema,
    parameterSearch: parameterSearchInputSchema,
    agentTraining: agentTrainingInputSchema,
  };
  for (const { action } of made) {
    const [input] = action.args ?? [];
    if (input !== undefined) expect(() => schemas[String(action.workflowType)]?.parse(input)).not.toThrow();
  }
});
