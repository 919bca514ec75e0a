/** The catalogue of workflows, in the order of the day. Their names are what the Temporal CLI and UI show. */

export { agentTraining } from './agent-training.ts';
export { allocationReview } from './allocation-review.ts';
export { backtest } from './backtest.ts';
export { ceoDecisionCycle } from './ceo-decision-cycle.ts';
export { evolutionRun } from './evolution-run.ts';
export { federationCycle } from './federation-cycle.ts';
export { marketAnalysis } from './market-analysis.ts';
export { officerCommentary } from './officer-commentary.ts';
export { opportunityEvaluation } from './opportunity-evaluation.ts';
export { orderExecution } from './order-execution.ts';
export { parameterSearch } from './parameter-search.ts';
export { reconciliation } from './reconciliation.ts';
export { riskOfficerCycle } from './risk-officer-cycle.ts';
export { strategyDesign } from './strategy-design.ts';
export { strategyOfficerCycle } from './strategy-officer-cycle.ts';
export { strategySession } from './strategy-session.ts';
export { tradeReview } from './trade-review.ts';
