/**
 * Refuses new risk of a session whose budget for models is used up.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const sessionBudget: RiskRule = boundsNewRisk(({ budgetExhausted }) =>
  budgetExhausted === null ? null : refuse('sessionBudget', `the session's budget is exhausted: ${budgetExhausted}`),
);
