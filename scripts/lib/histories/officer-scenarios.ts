/**
 * The officers: cycles by the clock, a decision on request, an alert with the switch that comes of it, an officer that is off,
 * one that continues as new. They leave the desk in emergency, so theirs is the last group.
 */
import { createAccount } from '../../../db/accounts.ts';
import { policyInForce } from '../../../db/policies.ts';
import { changePolicy } from '../../../db/policy-changes.ts';
import { inTransaction } from '../../../db/retry.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { depositEntries } from '../../../domain/execution/ledger.ts';
import type { PolicyChanges } from '../../../domain/officers/policy/change-settings.ts';
import { startOfficers } from '../../../workers/officers.ts';
import {
  assessNowUpdate,
  forceDecisionUpdate,
  OFFICERS,
  type Officer,
  officerId,
  officerStatusQuery,
  reviewNowUpdate,
} from '../../../workflows/messages/officers.ts';
import { TRADING_QUEUE } from '../../../workflows/messages/strategy-session.ts';
import type { DeskInProcess } from '../desk-in-process.ts';
import { until } from '../until.ts';
import { ended, renewed, type Scenario } from './scenario.ts';

const CYCLES = 2;
const handleOf = (desk: DeskInProcess, officer: Officer) => desk.client.workflow.getHandle(officerId(officer));

const set = (desk: DeskInProcess, changes: PolicyChanges) =>
  inTransaction(desk.db, (trx) => {
    const author = { setBy: 'a person', reason: 'a recording', correlationId: null, atMs: Date.now() };
    return changePolicy(trx, { ...author, changes });
  });

async function cyclesDone(desk: DeskInProcess, officer: Officer, count: number): Promise<void> {
  await until(`${count} cycles of ${officer}`, async () => {
    const status = await handleOf(desk, officer).query(officerStatusQuery);
    return Number(status.cycles) >= count ? true : null;
  });
}

/** An account whose book fits nothing: the Risk Officer takes it for the worst. */
async function openBrokenAccount({ db }: DeskInProcess): Promise<void> {
  const amounts = { cash: '100', equity: '100', startingCash: '100' };
  const modes = { venue: 'paper', currency: 'USD', tradingMode: 'paper', fundingDoneMs: null, epoch: 0 } as const;
  const account = { accountId: 'paper-broken', ...amounts, ...modes, riskState: {}, createdAtMs: Date.now() };
  await createAccount(db, account, depositEntries(account.accountId, toDecimal(100), Date.now()));
}

const endAll = (desk: DeskInProcess): Promise<unknown> =>
  Promise.all(OFFICERS.map((officer) => handleOf(desk, officer).terminate('end of the recording')));

export const OFFICER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'officers',
    play: async (desk) => {
      await set(desk, {
        aiCeoDecisionIntervalMs: 2_000,
        aiRiskOfficerAssessmentIntervalMs: 2_000,
        aiStrategyOfficerAnalysisIntervalMs: 2_000,
        federationUpdateIntervalMs: 2_000,
      });
      await startOfficers(desk.client, OFFICERS);
      for (const officer of OFFICERS) await cyclesDone(desk, officer, CYCLES);
      await handleOf(desk, 'ceo').executeUpdate(forceDecisionUpdate, { args: [{}] });
      await handleOf(desk, 'strategy').executeUpdate(reviewNowUpdate, { args: [{}] });
      await openBrokenAccount(desk);
      await handleOf(desk, 'risk').executeUpdate(assessNowUpdate, { args: [{}] });
      await until('emergency', async () => ((await policyInForce(desk.db))?.mode === 'emergency' ? true : null));
      await set(desk, { enableAiStrategyOfficer: false });
      const isOff = async () => ((await handleOf(desk, 'strategy').query(officerStatusQuery)).enabled ? null : true);
      await until('an officer that is off', isOff);
      await endAll(desk);
      return OFFICERS.map((officer) => ended(`officer-${officer}`, officerId(officer)));
    },
  },
  {
    name: 'officer-continued',
    play: async (desk) => {
      const { firstExecutionRunId } = await desk.client.workflow.start('federationCycle', {
        ...{ taskQueue: TRADING_QUEUE, workflowId: officerId('federation'), args: [{ maxHistoryEvents: 30 }] },
      });
      const isRenewed = async () => {
        const { runId } = await handleOf(desk, 'federation').describe();
        return runId === firstExecutionRunId ? null : true;
      };
      await until('a second run', isRenewed);
      await handleOf(desk, 'federation').terminate('end of the recording');
      return renewed(desk, 'officer-continued', officerId('federation'), firstExecutionRunId);
    },
  },
  {
    name: 'officer-refused',
    play: async (desk) => {
      const workflowId = 'officer:odd';
      const start = { taskQueue: TRADING_QUEUE, workflowId, args: [{ intervalMs: 1 }] };
      await (await desk.client.workflow.start('ceoDecisionCycle', start)).result().catch(() => undefined);
      return [ended('officer-refused', workflowId)];
    },
  },
];
