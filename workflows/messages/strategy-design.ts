/** The face of the design of a strategy. */
import { defineQuery } from '@temporalio/workflow';
import type { DesignProgress } from '../../schemas/strategy-design.ts';

export const STRATEGY_DESIGN = 'strategy-design';
export const strategyDesignId = (id: string): string => `${STRATEGY_DESIGN}:${id}`;

export const progressQuery = defineQuery<DesignProgress>('progress');
