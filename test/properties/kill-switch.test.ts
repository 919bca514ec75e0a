/**
 * Property 8, the kill switch: in every interleaving no order that adds risk is sent once the flag was read as set;
 * what closes or protects a position passes all the same; and the flag stays until a person clears it.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { createVenueOrders } from '../../activities/order/venue-orders.ts';
import type { Order } from '../../schemas/execution.ts';
import { type Engine, type Interleaving, interleavings, play } from './interleaving.ts';
import { createStore } from './order-store-model.ts';
import { itHolds, type Mark } from './property.ts';

type Kind =
  | 'set'
  | 'not set'
  | 'refused by the switch'
  | 'let reducing orders pass'
  | 'entered'
  | 'crashes'
  | 'UNKNOWN';
const KINDS = [
  'set',
  'not set',
  'refused by the switch',
  'let reducing orders pass',
  'entered',
  'crashes',
  'UNKNOWN',
] as const;

const ENGINE: Engine = { createVenueOrders, storeOf: createStore };
const addsRisk = ({ leg }: Order): boolean => leg === 'entry';

async function staysShut(engine: Engine, one: Interleaving, mark: Mark<Kind>): Promise<void> {
  const { model, world, killedWhenAsked, crashes } = await play(engine, one);
  for (const { sent } of world.accepted) {
    const wasSet = killedWhenAsked.get(sent.clientOrderId);
    expect(wasSet, `${sent.clientOrderId} left without asking`).toBeDefined();
    if (addsRisk(sent)) expect(wasSet, `${sent.clientOrderId} left while the switch was on`).toBe(false);
    if (addsRisk(sent)) mark('entered');
    else if (wasSet === true) mark('let reducing orders pass');
  }
  const rows = [...model.rows.values()];
  const entry = rows.find(({ order }) => addsRisk(order));
  const legs = rows.filter(({ order }) => order.leg === 'stop');
  // An exit clears the legs away before it goes out itself.
  const isLeaving = one.attempts.some(({ call }) => call === 'submit exit');
  const isHeld = model.book.positions.some((position) => !position.quantity.isZero());
  if (isHeld && !isLeaving && entry?.order.state === 'FILLED')
    for (const { epoch } of legs) expect(epoch, 'legs are claimed').toBeGreaterThan(0);
  if (one.killAtStep === null) expect(model.killed).toBe(false);
  mark(model.killed ? 'set' : 'not set');
  if (model.killed && entry?.order.state === 'ABSENT' && world.attempted.length === 0) mark('refused by the switch');
  if (crashes > 0) mark('crashes');
  if ([...model.rows.values()].some(({ evidence }) => evidence !== null)) mark('UNKNOWN');
}

itHolds<Engine, Interleaving, Kind>({
  name: 'property 8, the kill switch',
  cases: interleavings(
    ['submit', 'submit', 'submit', 'look', 'submit exit'],
    fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: fc.integer({ min: 4, max: 16 }) }),
  ),
  holds: staysShut,
  kinds: KINDS,
  subject: ENGINE,
  faults: {
    'the switch is read at the claim only': {
      ...ENGINE,
      storeOf: (model, nowMs) => ({ ...createStore(model, nowMs), mayStillSend: async () => null }),
    },
    'the switch is read before the connection stands': {
      ...ENGINE,
      createVenueOrders: (parts) => {
        const send: typeof parts.venue.send = async (order, deadlineMs, guard) => {
          const answer = (await guard?.()) ?? null;
          await parts.sleep(100);
          return parts.venue.send(order, deadlineMs, async () => {
            await guard?.();
            return answer;
          });
        };
        return createVenueOrders({ ...parts, venue: { ...parts.venue, send } });
      },
    },
    'the switch stops protective orders too': {
      ...ENGINE,
      storeOf: (model, nowMs) => ({
        ...createStore(model, nowMs),
        claim: (decisionId, which) =>
          model.killed && which === 'protective'
            ? Promise.resolve({ claims: [], refusal: null })
            : createStore(model, nowMs).claim(decisionId, which),
      }),
    },
  },
});
