/** The activity of the allocation review: reads what strategies did, plans, stores. Safe to repeat. */
import type { AllocationStore } from '../db/allocation-store.ts';
import { planAllocation } from '../domain/learning/allocation/plan-allocation.ts';
import type { StoredAllocation } from '../schemas/allocation.ts';
import { finalOnInvalidInput } from './failure.ts';

type AllocationParts = { readonly allocations: AllocationStore; readonly nowMs: () => number };

export type AllocationActivities = ReturnType<typeof createAllocationActivities>;

export const createAllocationActivities = ({ allocations, nowMs }: AllocationParts) => ({
  /** A second call for the same review answers with its first plan. @throws InvalidInput (final) ALLOC_INFEASIBLE */
  reviewAllocation: ({ allocationId }: { readonly allocationId: string }): Promise<StoredAllocation> =>
    finalOnInvalidInput(async () => {
      const atMs = nowMs();
      const plan = planAllocation(await allocations.matter(atMs));
      return allocations.save({ allocationId, atMs, plan });
    }),
});
