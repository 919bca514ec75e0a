/**
 * Property 4, at most one accepted order for each (decision, leg), under any interleaving of crash, retry, zombie,
 * double, lost request and lost reply, at venues that know client order ids for life and at venues that forget them.
 * And when peace returns the books know of every order that the venue took.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import { createVenueOrders } from '../../activities/order/venue-orders.ts';
import { ordersOf, writeOrders } from '../../exam/simulation/memory-desk.ts';
import { memoryStore } from '../../exam/simulation/memory-store.ts';
import { type Engine, type Interleaving, interleavings, play, wasInDoubt } from './interleaving.ts';
import { itHolds, type Mark } from './property.ts';

type Kind =
  | 'crashes'
  | 'lost replies'
  | 'UNKNOWN'
  | 'partial fills'
  | 'duplicates'
  | 'both sent and protected'
  | 'ids are forgotten';

const ENGINE: Engine = { createVenueOrders, storeOf: memoryStore };

async function sendsOnce(engine: Engine, one: Interleaving, mark: Mark<Kind>): Promise<void> {
  const { desk, world, crashes } = await play(engine, one);
  const ids = world.accepted.map(({ order }) => order.clientOrderId);
  expect(ids.length, `accepted: ${ids.join(', ')}`).toBe(new Set(ids).size);
  for (const { order } of world.accepted) {
    const ours = desk.orders.get(order.clientOrderId);
    expect(['ABSENT', 'REJECTED', 'INTENT', 'SENT', 'UNKNOWN'], `${order.clientOrderId} lives`).not.toContain(
      ours?.state,
    );
    expect(ours?.quantityFilled).toBe(order.quantityFilled);
  }
  if (crashes > 0) mark('crashes');
  if (one.plan.fates.includes('reply lost') && ids.length > 0) mark('lost replies');
  if (wasInDoubt(desk)) mark('UNKNOWN');
  if (world.accepted.some(({ order }) => order.quantityFilled === '1')) mark('partial fills');
  if (one.attempts.filter(({ call }) => call === 'submit').length > 1) mark('duplicates');
  if (ids.some((id) => id.endsWith('stop'))) mark('both sent and protected');
  if (one.plan.idProfile === 'open-only') mark('ids are forgotten');
}

itHolds<Engine, Interleaving, Kind>({
  name: 'property 4, at most one order for each decision and leg',
  cases: interleavings(['submit', 'submit', 'submit', 'look', 'cancel'], fc.constant(null)),
  holds: sendsOnce,
  kinds: [
    'crashes',
    'lost replies',
    'UNKNOWN',
    'partial fills',
    'duplicates',
    'both sent and protected',
    'ids are forgotten',
  ],
  subject: ENGINE,
  faults: {
    'what proves nothing is sent again': {
      ...ENGINE,
      createVenueOrders: (parts) => {
        const send: typeof parts.venue.send = async (...args) => {
          const outcome = await parts.venue.send(...args);
          return outcome.kind === 'ambiguous' ? parts.venue.send(...args) : outcome;
        };
        return createVenueOrders({ ...parts, venue: { ...parts.venue, send } });
      },
    },
    'a sent order that nobody reported on is sent again': {
      ...ENGINE,
      storeOf: (desk) => ({
        ...memoryStore(desk),
        claim: (decisionId, which) => {
          const sent = ordersOf(desk, decisionId).filter(({ state }) => state === 'SENT');
          writeOrders(
            desk,
            sent.map((order) => ({ ...order, state: 'INTENT' })),
          );
          return memoryStore(desk).claim(decisionId, which);
        },
      }),
    },
    'an order in doubt is taken for absent': {
      ...ENGINE,
      storeOf: (desk) => ({
        ...memoryStore(desk),
        noteSendOutcome: (claim, outcome) =>
          memoryStore(desk).noteSendOutcome(
            claim,
            outcome.kind === 'ambiguous' ? { kind: 'rejected', code: 'TIMEOUT', message: outcome.reason } : outcome,
          ),
      }),
    },
  },
});
