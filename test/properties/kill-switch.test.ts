/**
 * Property 8, the kill switch: in every interleaving no order that adds risk is sent once the flag was read as set;
 * what closes or protects a position passes all the same; and the flag stays until a person clears it.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { createVenueOrders } from '../../activities/order/venue-orders.ts';
import { memoryStore } from '../../exam/simulation/memory-store.ts';
import type { Order } from '../../schemas/execution.ts';
import { type Engine, type Interleaving, interleavings, play, wasInDoubt } from './interleaving.ts';
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

const ENGINE: Engine = { createVenueOrders, storeOf: memoryStore };
const addsRisk = ({ leg }: Order): boolean => leg === 'entry';

async function staysShut(engine: Engine, one: Interleaving, mark: Mark<Kind>): Promise<void> {
  const { desk, world, killedWhenAsked, crashes } = await play(engine, one);
  for (const { sent } of world.accepted) {
    const wasSet = killedWhenAsked.get(sent.clientOrderId);
    expect(wasSet, `${sent.clientOrderId} left without asking`).toBeDefined();
    if (addsRisk(sent)) expect(wasSet, `${sent.clientOrderId} left while the switch was on`).toBe(false);
    if (addsRisk(sent)) mark('entered');
    else if (wasSet === true) mark('let reducing orders pass');
  }
  const orders = [...desk.orders.values()];
  const entry = orders.find(addsRisk);
  const stops = orders.filter(({ leg }) => leg === 'stop');
  // An exit clears the legs away before it goes out itself.
  const isLeaving = one.attempts.some(({ call }) => call === 'submit exit');
  const isHeld = desk.positions.some((position) => !position.quantity.isZero());
  if (isHeld && !isLeaving && entry?.state === 'FILLED')
    for (const { clientOrderId } of stops) expect(desk.sends.has(clientOrderId), 'stops are claimed').toBe(true);
  if (one.killAtStep === null) expect(desk.killSwitch).toBeNull();
  const isKilled = desk.killSwitch !== null;
  mark(isKilled ? 'set' : 'not set');
  if (isKilled && entry?.state === 'ABSENT' && world.attempted.length === 0) mark('refused by the switch');
  if (crashes > 0) mark('crashes');
  if (wasInDoubt(desk)) mark('UNKNOWN');
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
      storeOf: (desk) => ({ ...memoryStore(desk), mayStillSend: async () => null }),
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
      storeOf: (desk) => ({
        ...memoryStore(desk),
        claim: (decisionId, which) =>
          desk.killSwitch !== null && which === 'protective'
            ? Promise.resolve({ claims: [], refusal: null, useless: [] })
            : memoryStore(desk).claim(decisionId, which),
      }),
    },
  },
});
