/** Capital across strategies, once a day: scores, weights, and a reason for each. Sessions size by the newest plan. */
import { proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AllocationActivities } from '../activities/allocation.ts';
import { type AllocationPlan, allocationReviewInputSchema, type StoredAllocation } from '../schemas/allocation.ts';
import { parseInput } from '../schemas/parse-input.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { planQuery } from './messages/allocation-review.ts';

const activities = proxyActivities<AllocationActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});

/** @param raw `allocationReviewInputSchema`: nothing */
export async function allocationReview(raw?: unknown): Promise<StoredAllocation> {
  let stored: StoredAllocation | null = null;
  setHandler(planQuery, () => stored, {
    description: 'The plan with a reason for every strategy; null until it is made.',
  });
  orFail(() => parseInput(allocationReviewInputSchema, raw ?? {}));
  const { workflowId, runId } = workflowInfo();
  stored = await orFailWithProblems(() =>
    activities.reviewAllocation.executeWithOptions({ summary: 'capital across strategies' }, [
      { allocationId: `${workflowId}/${runId}` },
    ]),
  );
  setCurrentDetails(detailsOf(stored.plan));
  return stored;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const detailsOf = ({ strategies, cashFraction, jointRiskFraction }: AllocationPlan): string =>
  [
    '| strategy | weight | why |',
    '|---|---|---|',
    ...strategies.map(({ strategyId, weight, reason }) => `| ${strategyId} | ${percent(weight)} | ${reason} |`),
    `| cash | ${percent(cashFraction)} | a day may cost ${percent(jointRiskFraction)} |`,
  ].join('\n');
