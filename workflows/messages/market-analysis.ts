/** The face of a market analysis. */
import { defineQuery } from '@temporalio/workflow';
import type { AnalysisProgress } from '../../schemas/market-analysis.ts';

export const MARKET_ANALYSIS = 'market-analysis';
export const marketAnalysisId = (id: string): string => `${MARKET_ANALYSIS}:${id}`;

export const progressQuery = defineQuery<AnalysisProgress>('progress');
