/**
 * What an exit needs before it is sent: the legs and resting orders of its position cancelled, and on an account that
 * was frozen meanwhile the quantity that the venue itself reports.
 */
import { toDecimal } from '../../domain/decimal.ts';
import { freeToClose } from '../../domain/execution/venue-sizing.ts';
import type { Order } from '../../schemas/execution.ts';
import type { OrderChange } from '../../schemas/session-walk.ts';
import { cancelOrder } from './cancel-order.ts';
import type { VenueOrderParts } from './venue-order-parts.ts';

const CLEAR_WAY_MS = [0, 100, 300, 1_000, 2_000];

/**
 * An exit first clears away the legs and rests of its position, until the venue has confirmed each. On a frozen account
 * none is begun: the position keeps what protects it. One that was begun before the freeze is finished.
 */
export async function clearWay(parts: VenueOrderParts, orders: readonly Order[]): Promise<readonly OrderChange[]> {
  const { store } = parts;
  const exit = waitingExit(orders);
  if (exit === undefined || (await isHeldBack(parts, exit))) return [];
  const cleared = await store.inTheWayOf(exit);
  for (const ms of CLEAR_WAY_MS) {
    const left = await store.inTheWayOf(exit);
    if (left.length === 0) break;
    if (ms > 0) await parts.sleep(ms);
    for (const order of left) await cancelOrder(parts, order, 'the position is being closed');
  }
  const still = await store.inTheWayOf(exit);
  if (still.length > 0) throw new Error(`orders in the way of an exit are still open: ${still.map(nameOf).join(', ')}`);
  const now = await Promise.all(cleared.map(({ decisionId: id }) => store.orders(id)));
  const ids = new Set(cleared.map((one) => one.clientOrderId));
  return store.changesOf(now.flat().filter((one) => ids.has(one.clientOrderId)));
}

const waitingExit = (orders: readonly Order[]): Order | undefined =>
  orders.find((one) => one.leg === 'exit' && one.state === 'INTENT');

const isHeldBack = async ({ store }: VenueOrderParts, exit: Order): Promise<boolean> =>
  (await store.frozen(exit.accountId)) !== null && !(await store.isOvertaken(exit));

const nameOf = ({ clientOrderId, state }: Order): string => `${clientOrderId} (${state})`;

/**
 * For an exit whose way was cleared before its account was frozen: what the venue holds, signed, beside what open
 * orders there will close. Null when it is not needed, or the venue does not answer.
 */
export async function freeAtVenue(parts: VenueOrderParts, orders: readonly Order[]): Promise<string | null> {
  const exit = waitingExit(orders);
  if (exit === undefined || (await parts.store.frozen(exit.accountId)) === null) return null;
  if (!(await parts.store.isOvertaken(exit))) return null;
  const openOrders = await parts.venue.openOrders();
  const positions = await parts.venue.positions();
  if (openOrders.kind === 'failed' || positions.kind === 'failed') return null;
  const isSame = ({ symbol }: { readonly symbol: string }): boolean => plain(symbol) === plain(exit.symbol);
  const held = toDecimal(positions.value.find(isSame)?.quantity ?? '0');
  return freeToClose(held, openOrders.value.filter(isSame));
}

const plain = (symbol: string): string => symbol.replace('/', '');
