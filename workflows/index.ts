/** The catalogue of workflows, in the order of the day. Their names are what the Temporal CLI and UI show. */
export { strategySession } from './strategy-session.ts';
export { orderExecution } from './order-execution.ts';
