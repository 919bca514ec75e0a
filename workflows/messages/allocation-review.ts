/** The face of the allocation review. A Schedule adds its time to the id. */
import { defineQuery } from '@temporalio/workflow';
import type { StoredAllocation } from '../../schemas/allocation.ts';

export const ALLOCATION_REVIEW = 'allocation-review';

/** null until it is made. */
export const planQuery = defineQuery<StoredAllocation | null>('plan');
