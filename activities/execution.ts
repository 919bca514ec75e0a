/**
 * Everything that moves an order. Each activity may be repeated: decisions, intents and orders are known by ids that
 * derive from the workflow id, and a step that was done is found done.
 */
import type { Broker, BrokerAnswer } from '../adapters/broker/broker.ts';
import type { Verdict } from '../schemas/decision.ts';
import type { Order } from '../schemas/execution.ts';
import type { OrderInput } from '../schemas/order-input.ts';
import { finalOnInvalidInput } from './failure.ts';
import { beginsAtMs, type ManualOrderParts, proposedByHand, quoteByHand } from './order/manual-order.ts';
import { type OrderRequestParts, orderRequest } from './order/order-request.ts';
import type { OrderPlan, OrderStep, Proposal } from './order/order-step.ts';
import { type UnattendedParts, unattendedBars } from './order/unattended-bars.ts';

export type ExecutionParts = OrderRequestParts & ManualOrderParts & UnattendedParts;

export type ExecutionActivities = ReturnType<typeof createExecutionActivities>;

export const createExecutionActivities = (parts: ExecutionParts) => ({
  /**
   * Works out an order by hand on the last stored bar; one that this workflow has recorded before, as before it was
   * reset, is told as it was recorded. @throws InvalidInput (final) DATA_EMPTY, ACCOUNT_UNKNOWN, ORDER_SIZE,
   * ORDER_PARTIAL_EXIT, ORDER_EXIT_TYPE
   */
  proposeOrder: (request: Proposal): Promise<OrderPlan> => finalOnInvalidInput(() => proposedByHand(parts, request)),

  /** The gate's first answer, on the proposal. A refusal is recorded with every reason. */
  checkRisk: (step: OrderStep): Promise<Verdict> =>
    finalOnInvalidInput(async () => parts.orders.check(await orderRequest(parts, step))),

  /** The gate's second answer, in the transaction that records the intents under the account's lock. */
  recordIntent: (step: OrderStep): Promise<Verdict> =>
    finalOnInvalidInput(async () => parts.orders.record(await orderRequest(parts, step))),

  /** Sends the recorded orders, once. A refusal of the venue, or of a kill flag that came since, is in the answer. */
  submitOrders: (step: OrderStep): Promise<BrokerAnswer> =>
    finalOnInvalidInput(async () => {
      const broker = await brokerOf(parts, step.decisionId);
      if (broker !== parts.paper) return broker.submit(step.decisionId, null);
      const quote = await quoteByHand(parts, step.input);
      return broker.submit(step.decisionId, quote, quote?.atMs ?? beginsAtMs(parts, step.input));
    }),

  /** Looks what became of the orders; orders that no session walks are walked over the bars that came since. */
  workOrders: (request: { input: OrderInput; decisionId: string }): Promise<readonly Order[]> =>
    finalOnInvalidInput(async () => {
      const { decisionId } = request;
      const broker = await brokerOf(parts, decisionId);
      if (broker !== parts.paper) return (await broker.look(decisionId)).own;
      const work = await unattendedBars(parts, request.input, decisionId);
      const answer =
        work === null ? parts.paper.look(decisionId) : parts.paper.advance(decisionId, work.bars, work.costs);
      return (await answer).own;
    }),

  /** Cancels entries and exits still at work. */
  cancelOrders: (request: { input: OrderInput; decisionId: string; reason: string }): Promise<readonly Order[]> =>
    finalOnInvalidInput(async () => {
      const broker = await brokerOf(parts, request.decisionId);
      return (await broker.cancel(request.decisionId, request.reason)).own;
    }),
});

/** The broker that the decision's orders were recorded for. @throws Error while its venue has no key here */
async function brokerOf(parts: ExecutionParts, decisionId: string): Promise<Broker> {
  const name = await parts.orders.venueOf(decisionId);
  const broker = name === 'paper' ? parts.paper : parts.venues.get(name);
  if (broker !== undefined) return broker;
  throw new Error(`venue ${name} has no key on this worker: its orders wait`);
}
