/**
 * Property 4, at most one accepted order for each (decision, leg), under any interleaving of crash, retry, zombie,
 * double, lost request and lost reply, at venues that know client order ids for life and at venues that forget them.
 * And when peace returns the books know of every order that the venue took.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import { createVenueOrders } from '../../activities/order/venue-orders.ts';
import { type Engine, type Interleaving, interleavings, play } from './interleaving.ts';
import { createStore } from './order-store-model.ts';
import { itHolds, type Mark } from './property.ts';

type Kind =
  | 'crashes'
  | 'lost replies'
  | 'UNKNOWN'
  | 'partial fills'
  | 'duplicates'
  | 'both sent and protected'
  | 'ids are forgotten';

const ENGINE: Engine = { createVenueOrders, storeOf: createStore };

async function sendsOnce(engine: Engine, one: Interleaving, mark: Mark<Kind>): Promise<void> {
  const { model, world, crashes } = await play(engine, one);
  const ids = world.accepted.map(({ order }) => order.clientOrderId);
  expect(ids.length, `accepted: ${ids.join(', ')}`).toBe(new Set(ids).size);
  for (const { order } of world.accepted) {
    const ours = model.rows.get(order.clientOrderId)?.order;
    expect(['ABSENT', 'REJECTED', 'INTENT', 'SENT', 'UNKNOWN'], `${order.clientOrderId} lives`).not.toContain(
      ours?.state,
    );
    expect(ours?.quantityFilled).toBe(order.quantityFilled);
  }
  if (crashes > 0) mark('crashes');
  if (one.plan.fates.includes('reply lost') && ids.length > 0) mark('lost replies');
  if ([...model.rows.values()].some(({ evidence }) => evidence !== null)) mark('UNKNOWN');
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
      storeOf: (model, nowMs) => ({
        ...createStore(model, nowMs),
        claim: (decisionId, which) => {
          for (const row of model.rows.values()) {
            if (row.order.state === 'SENT' && row.order.decisionId === decisionId)
              row.order = { ...row.order, state: 'INTENT' };
          }
          return createStore(model, nowMs).claim(decisionId, which);
        },
      }),
    },
    'an order in doubt is taken for absent': {
      ...ENGINE,
      storeOf: (model, nowMs) => ({
        ...createStore(model, nowMs),
        noteSendOutcome: (claim, outcome) =>
          createStore(model, nowMs).noteSendOutcome(
            claim,
            outcome.kind === 'ambiguous' ? { kind: 'rejected', code: 'TIMEOUT', message: outcome.reason } : outcome,
          ),
      }),
    },
  },
});
