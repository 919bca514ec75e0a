/** The catalogue of workflows, in the order of the day. Their names are what the Temporal CLI and UI show. */

export { orderExecution } from './order-execution.ts';
export { reconciliation } from './reconciliation.ts';
export { strategySession } from './strategy-session.ts';
