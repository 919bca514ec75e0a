/**
 * Starts the officers' workflows with a worker process, those of OFFICERS that do not run. One that a person terminates
 * stays away until the next start: the Federation then shows it as stale and the desk is held tighter.
 */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type Officer, officerId } from '../workflows/messages/officers.ts';
import { TRADING_QUEUE } from '../workflows/messages/strategy-session.ts';

const WORKFLOWS: Readonly<Record<Officer, string>> = {
  ceo: 'ceoDecisionCycle',
  risk: 'riskOfficerCycle',
  strategy: 'strategyOfficerCycle',
  federation: 'federationCycle',
};

const SUMMARIES: Readonly<Record<Officer, string>> = {
  ceo: 'chooses the operating mode',
  risk: 'measures risk, sets ceilings, alerts',
  strategy: 'ranks strategies and models',
  federation: 'the state of the whole desk',
};

export async function startOfficers(
  client: Client,
  officers: readonly Officer[],
  taskQueue = TRADING_QUEUE,
): Promise<void> {
  await Promise.all(officers.map((officer) => startOfficer(client, officer, taskQueue)));
}

async function startOfficer(client: Client, officer: Officer, taskQueue: string): Promise<void> {
  try {
    await client.workflow.start(WORKFLOWS[officer], {
      taskQueue,
      workflowId: officerId(officer),
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: SUMMARIES[officer],
      args: [],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
