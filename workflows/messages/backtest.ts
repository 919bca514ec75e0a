/** The face of a backtest. */
import { defineQuery } from '@temporalio/workflow';
import type { BacktestProgress } from '../../schemas/backtest-run.ts';

export const BACKTEST = 'backtest';
export const backtestId = (id: string): string => `${BACKTEST}:${id}`;

export const progressQuery = defineQuery<BacktestProgress>('progress');
