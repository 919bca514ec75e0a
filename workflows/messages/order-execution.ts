/** The face of one order's execution. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OrderExecutionStatus } from '../../schemas/order-execution.ts';
import type { OrderChange } from '../../schemas/session-walk.ts';

export const orderExecutionId = (id: string): string => `order-execution:${id}`;

/** What became of an order, told by whoever matched it. */
export const fillReportedSignal = defineSignal<[readonly OrderChange[]]>('fillReported');
/** Asks for what `cancelOrder` does without waiting: for workflows, which cannot send updates. */
export const cancelRequestedSignal = defineSignal<[{ reason?: string }?]>('cancelRequested');
/** Cancels what is still at work; fills that came first stand. */
export const cancelOrderUpdate = defineUpdate<OrderExecutionStatus, [{ reason?: string } | undefined]>('cancelOrder');
export const orderQuery = defineQuery<OrderExecutionStatus>('order');
