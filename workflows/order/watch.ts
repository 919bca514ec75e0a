/**
 * What the workflow of an order knows, and the messages that change it. Handlers note what they are told; the main loop
 * acts on it.
 */
import { CancellationScope, condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { z } from 'zod';
import { cutText } from '../../schemas/cut-text.ts';
import type { OrderExecutionStatus } from '../../schemas/order-execution.ts';
import { type OrderChange, orderChangeSchema } from '../../schemas/session-walk.ts';
import { orderDetails } from '../lib/order-details.ts';
import * as face from '../messages/order-execution.ts';

export type Watch = {
  status: OrderExecutionStatus;
  /** Why what is still at work is to be cancelled; null: nobody asks for it. */
  cancelReason: string | null;
  /** Orders have been reported to change since the workflow last looked. */
  changed: boolean;
  /** What the workflow ends with once its orders are over, where it was cancelled itself; else null. */
  cancelled: unknown;
};

/** @param carried the status after continue-as-new */
export const newWatch = (carried: OrderExecutionStatus | undefined): Watch => ({
  status: carried ?? { state: 'checking', decisionId: '', reasons: [], orders: [] },
  cancelReason: null,
  changed: false,
  cancelled: null,
});

/** Keeps the status and shows it in the Web UI's panel. */
export function publish(watch: Watch, status: OrderExecutionStatus): void {
  watch.status = status;
  setCurrentDetails(orderDetails(status));
}

/** Orders outlive the wish to end their workflow: it is a wish to cancel them, and what is filled stays protected. */
export function takeCancellation(watch: Watch): void {
  CancellationScope.current().cancelRequested.catch((error: unknown) => {
    watch.cancelled = error;
    watch.cancelReason ??= 'its workflow was cancelled';
  });
}

export function listen(watch: Watch): void {
  setHandler(face.orderQuery, () => watch.status, {
    description: 'The order, its legs, and why it was refused if it was.',
  });
  setHandler(face.fillReportedSignal, (changes) => takeOver(watch, changesOf(changes)), {
    description: 'What became of the orders, told by whoever matched them.',
  });
  const requestCancel = (command: unknown) => {
    watch.cancelReason ??= reasonOf(command);
  };
  setHandler(face.cancelRequestedSignal, requestCancel, {
    description: 'Cancels what is still at work, as soon as it can; fills that came first stand.',
  });
  setHandler(
    face.cancelOrderUpdate,
    async (command) => {
      watch.cancelReason = command?.reason ?? 'cancelled by hand';
      await condition(() => watch.cancelReason === null || isOver(watch));
      return watch.status;
    },
    { description: 'Cancels what is still at work; fills that came first stand.' },
  );
}

/** A signal must never throw: whatever it carries, it asks to cancel. */
const reasonOf = (command: unknown): string =>
  typeof command === 'object' && command !== null && 'reason' in command && typeof command.reason === 'string'
    ? cutText(command.reason, 500)
    : 'asked to cancel';

/** Refused or done: there is nothing left to cancel. */
const isOver = ({ status }: Watch): boolean => status.state === 'refused' || status.state === 'done';

/** A signal must never throw: anything but a list of changes is ignored. */
function changesOf(raw: unknown): readonly OrderChange[] {
  const changes = z.array(orderChangeSchema).safeParse(raw);
  return changes.success ? changes.data : [];
}

function takeOver(watch: Watch, changes: readonly OrderChange[]): void {
  const orders = watch.status.orders.map((order) => {
    const change = changes.find((one) => one.clientOrderId === order.clientOrderId);
    return change === undefined ? order : { ...order, state: change.state, quantityFilled: change.quantityFilled };
  });
  publish(watch, { ...watch.status, orders });
  watch.changed = true;
}
