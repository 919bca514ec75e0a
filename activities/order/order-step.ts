/** An order on its way through its workflow: what is to be sent, and where it comes from. */
import type { OrderIntent } from '../../schemas/execution.ts';
import type { ManualOrderInput } from '../../schemas/order-execution.ts';
import type { OrderInput } from '../../schemas/order-input.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { ManualPlan } from './plan-manual-order.ts';

/** An order by hand that is to be worked out. `openKey`: the workflow's first run, the same through a reset. */
export type Proposal = { readonly input: ManualOrderInput; readonly workflowId: string; readonly openKey?: string };

/** `manual` = the facts an order by hand was worked out on, null for a session's. */
export type OrderPlan = {
  readonly decisionId: string;
  readonly intents: readonly OrderIntent[];
  readonly manual: (Omit<ManualPlan, 'intents'> & { readonly openKey?: string }) | null;
};

/** A decision and its orders on their way. */
export type OrderStep = {
  readonly input: OrderInput;
  readonly workflowId: string;
} & OrderPlan;

export const unknownAccount = (accountId: string): InvalidInput =>
  new InvalidInput([problem('ACCOUNT_UNKNOWN', 'accountId', accountId, 'an account of this desk, such as paper-1')]);
