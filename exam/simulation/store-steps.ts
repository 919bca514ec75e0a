/** The stores in memory as an attempt meets them: every call takes time, and its answer may be lost after the commit. */
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { BooksStore } from './memory-books.ts';
import type { MemoryGate } from './memory-gate.ts';
import type { EngineStore } from './memory-store.ts';
import type { Attempt } from './workers.ts';

/** The answer of a store was lost with its connection; what it committed stands. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

type Through = { readonly dice: Dice; readonly faults: () => Faults };

/** A call of a store takes a step, then it is committed; what happens on the way back happens at the next step. */
const stepsOf =
  ({ dice, faults }: Through, attempt: Attempt) =>
  <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
  async (...args: A): Promise<R> => {
    await attempt.step(dice.between(1, 6));
    const answer = await call(...args);
    if (dice.chance(faults().storeLost)) throw new AnswerLost('the connection to the store broke');
    return answer;
  };

export function storeSteps(through: Through, attempt: Attempt, store: EngineStore): EngineStore {
  const steps = stepsOf(through, attempt);
  return {
    orders: steps(store.orders),
    claim: steps(store.claim),
    takeOver: steps(store.takeOver),
    mayStillSend: steps(store.mayStillSend),
    noteSendOutcome: steps(store.noteSendOutcome),
    take: steps(store.take),
    fillsOf: steps(store.fillsOf),
    evidence: steps(store.evidence),
    noteVerdict: steps(store.noteVerdict),
    beginCancel: steps(store.beginCancel),
    noteCancelUnknown: steps(store.noteCancelUnknown),
    noteBadReport: steps(store.noteBadReport),
    inTheWayOf: steps(store.inTheWayOf),
    frozen: steps(store.frozen),
    isOvertaken: steps(store.isOvertaken),
    decisionsWithLegs: steps(store.decisionsWithLegs),
    unknownVenueOrders: steps(store.unknownVenueOrders),
    booksFor: steps(store.booksFor),
    changesOf: steps(store.changesOf),
  };
}

export function gateSteps(through: Through, attempt: Attempt, gate: MemoryGate): MemoryGate {
  const steps = stepsOf(through, attempt);
  return { check: steps(gate.check), record: steps(gate.record) };
}

export function booksSteps(through: Through, attempt: Attempt, books: BooksStore): BooksStore {
  const steps = stepsOf(through, attempt);
  return {
    comparedSince: steps(books.comparedSince),
    bookedTrades: steps(books.bookedTrades),
    ordersToLookAt: steps(books.ordersToLookAt),
    ordersOf: steps(books.ordersOf),
    ours: steps(books.ours),
    noteReconciled: steps(books.noteReconciled),
    freeze: steps(books.freeze),
  };
}
