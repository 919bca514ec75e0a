/**
 * The ports of the order engine with one safeguard taken away each. `no-intent`: an order leaves before anything of it is
 * committed. `no-epoch`: whoever finds an order SENT by somebody else sends it too, and nobody looks again before the
 * first byte. `resubmit`: what timed out is sent once more.
 */
import type { VenueOrderParts } from '../../activities/order/venue-orders.ts';
import { isProtective } from '../../domain/execution/legs.ts';
import type { Order } from '../../schemas/execution.ts';

export type EngineParts = VenueOrderParts;
type Store = EngineParts['store'];
type Claim = Awaited<ReturnType<Store['claim']>>['claims'][number];

const SEND_WITHIN_MS = 10_000;
/** Of a send that nobody looks at again before its first byte: its own deadline counts no more. */
const UNWATCHED_MS = 60_000;
const WEAKEN: Readonly<Record<string, (parts: EngineParts) => EngineParts>> = {
  'no-intent': withoutIntent,
  'no-epoch': withoutEpoch,
  resubmit: withResubmit,
};

/** @throws Error for a control that does not exist */
export function weakened(parts: EngineParts, control: string): EngineParts {
  const weaken = WEAKEN[control];
  if (weaken === undefined) throw new Error(`there is no control ${control}`);
  return weaken(parts);
}

/** The claim is committed with the answer, not before the send. */
function withoutIntent(parts: EngineParts): EngineParts {
  const { store, nowMs } = parts;
  const claim: Store['claim'] = async (decisionId, which) => {
    const orders = await store.orders(decisionId);
    const waiting = orders.filter((one) => one.state === 'INTENT' && isProtective(one) === (which === 'protective'));
    if (which === 'protective' || waiting.length === 0) return store.claim(decisionId, which);
    return {
      claims: waiting.map((order) => claimOf({ ...order, state: 'SENT' }, nowMs())),
      refusal: null,
      useless: [],
    };
  };
  const noteSendOutcome: Store['noteSendOutcome'] = async (sent, outcome) => {
    const { claims } = isProtective(sent.order)
      ? { claims: [sent] }
      : await store.claim(sent.order.decisionId, 'opening');
    const own = claims.find((one) => one.order.clientOrderId === sent.order.clientOrderId);
    return own !== undefined && (await store.noteSendOutcome(own, outcome));
  };
  return { ...parts, store: { ...store, claim, noteSendOutcome, mayStillSend: async () => null } };
}

function withoutEpoch(parts: EngineParts): EngineParts {
  const { store, nowMs } = parts;
  const claim: Store['claim'] = async (decisionId, which) => {
    const sent = (await store.orders(decisionId)).filter((one) => one.state === 'SENT');
    const { claims, refusal, useless } = await store.claim(decisionId, which);
    const again = sent.filter((one) => isProtective(one) === (which === 'protective'));
    return { claims: [...claims, ...again.map((order) => claimOf(order, nowMs()))], refusal, useless };
  };
  const send: EngineParts['venue']['send'] = (order) => parts.venue.send(order, nowMs() + UNWATCHED_MS);
  return { ...parts, store: { ...store, claim, mayStillSend: async () => null }, venue: { ...parts.venue, send } };
}

function withResubmit(parts: EngineParts): EngineParts {
  const send: EngineParts['venue']['send'] = async (order, deadlineMs, guard) => {
    const outcome = await parts.venue.send(order, deadlineMs, guard);
    return outcome.kind === 'ambiguous' ? parts.venue.send(order, parts.nowMs() + SEND_WITHIN_MS) : outcome;
  };
  return { ...parts, venue: { ...parts.venue, send } };
}

const claimOf = (order: Order, now: number): Claim => ({ order, epoch: 1, sendBeforeMs: now + SEND_WITHIN_MS });
