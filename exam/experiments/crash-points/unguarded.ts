/**
 * The order engine with one guard taken away each. `no-intent` (D2): it leaves before anything is committed. `resubmit`
 * (D5): an order that a former worker left in doubt is sent again. `no-epoch` (D7): nobody asks whose order it is.
 * `no-trade-ids` (D9): a fill that is read twice is two.
 */
import type { ReconcileParts } from '../../../activities/order/reconcile-account.ts';
import { isProtective } from '../../../domain/execution/legs.ts';
import { weakened } from '../../controls/weakened-engine.ts';

type Weakening = (engine: ReconcileParts) => ReconcileParts;

export const UNGUARDED = {
  'no-intent': (engine) => withPort(engine, 'no-intent'),
  resubmit: withResend,
  'no-epoch': (engine) => withPort(engine, 'no-epoch'),
  'no-trade-ids': withoutTradeIds,
} satisfies Record<string, Weakening>;

const withPort = (engine: ReconcileParts, control: string): ReconcileParts => {
  const { store, venue } = weakened(engine, control);
  return { ...engine, store, venue: { ...engine.venue, ...venue } };
};

const SEND_WITHIN_MS = 10_000;

/** Taken over as before, under the next epoch, but then sent once more instead of looked up. */
function withResend(engine: ReconcileParts): ReconcileParts {
  const { store, nowMs } = engine;
  const resent = new Set<string>();
  const claim: typeof store.claim = async (decisionId, which) => {
    const wanted = which === 'protective';
    const sent = (await store.orders(decisionId)).filter((one) => one.state === 'SENT' && isProtective(one) === wanted);
    const { claims, refusal, useless } = await store.claim(decisionId, which);
    for (const { clientOrderId } of sent) resent.add(clientOrderId);
    const again = sent.map((order) => ({ order, epoch: 2, sendBeforeMs: nowMs() + SEND_WITHIN_MS }));
    return { claims: [...claims, ...again], refusal, useless };
  };
  const mayStillSend: typeof store.mayStillSend = async (claimed) =>
    resent.has(claimed.order.clientOrderId) ? null : store.mayStillSend(claimed);
  return { ...engine, store: { ...store, claim, mayStillSend } };
}

/** A fill that is read again is another fill. The desk then has more of an order than was ordered, and gets stuck. */
function withoutTradeIds(engine: ReconcileParts): ReconcileParts {
  const read = new Map<string, number>();
  const nameOf = (tradeId: string): string => {
    const times = read.get(tradeId) ?? 0;
    read.set(tradeId, times + 1);
    return times === 0 ? tradeId : `${tradeId}-again-${times}`;
  };
  const fills: typeof engine.venue.fills = async (sinceMs) => {
    const answer = await engine.venue.fills(sinceMs);
    if (answer.kind === 'failed') return answer;
    return { kind: 'answered', value: answer.value.map((one) => ({ ...one, tradeId: nameOf(one.tradeId) })) };
  };
  return { ...engine, venue: { ...engine.venue, fills } };
}
