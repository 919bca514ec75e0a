/**
 * The order engine with one guard taken away each. `no-intent` (D2): it leaves before anything is committed. `resubmit`
 * (D5): an order that a former worker left in doubt is sent again. `no-epoch` (D7): nobody asks whose order it is.
 * `no-trade-ids` (D9): fills are told apart by when they were read.
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
    const { claims, refusal } = await store.claim(decisionId, which);
    for (const { clientOrderId } of sent) resent.add(clientOrderId);
    const again = sent.map((order) => ({ order, epoch: 2, sendBeforeMs: nowMs() + SEND_WITHIN_MS }));
    return { claims: [...claims, ...again], refusal };
  };
  const mayStillSend: typeof store.mayStillSend = async (claimed) =>
    resent.has(claimed.order.clientOrderId) ? null : store.mayStillSend(claimed);
  return { ...engine, store: { ...store, claim, mayStillSend } };
}

function withoutTradeIds(engine: ReconcileParts): ReconcileParts {
  let reads = 0;
  const fills: typeof engine.venue.fills = async (sinceMs) => {
    const answer = await engine.venue.fills(sinceMs);
    if (answer.kind === 'failed') return answer;
    reads += 1;
    return { kind: 'answered', value: answer.value.map((one) => ({ ...one, tradeId: `${one.tradeId}-${reads}` })) };
  };
  return { ...engine, venue: { ...engine.venue, fills } };
}
