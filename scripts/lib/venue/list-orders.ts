/** GET /v2/orders: by state, symbol, side and time, newest first, at most 500; `nested` hangs legs on their parents. */
import type { BookView } from './book-view.ts';
import { legsOf } from './order-group.ts';
import { readInstant, readWhole } from './query.ts';
import { notValid, ok, type Reply } from './reply.ts';
import { isOpen, type VenueOrder } from './venue-order.ts';
import { orderToWire } from './wire.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;
const STATES: readonly string[] = ['open', 'closed', 'all'];

export function listOrders(view: BookView, query: URLSearchParams): Reply {
  const state = query.get('status') ?? 'open';
  const limit = readWhole(query, 'limit', LIMIT_DEFAULT, 1, LIMIT_MAX);
  const after = readInstant(query, 'after', Number.NEGATIVE_INFINITY);
  const until = readInstant(query, 'until', Number.POSITIVE_INFINITY);
  if (!STATES.includes(state)) return notValid(`invalid status: ${state}`);
  if (limit === null) return notValid(`limit must be from 1 to ${LIMIT_MAX}`);
  if (after === null || until === null) return notValid('after and until must be timestamps');
  const isNested = query.get('nested') === 'true';
  const all = view.orders();
  const isWanted = (order: VenueOrder): boolean =>
    (!isNested || order.parentId === null) &&
    isInState(order, state, isNested ? legsOf(order, () => all) : []) &&
    order.submittedAtMs > after &&
    order.submittedAtMs <= until &&
    matches(query.get('symbols'), order.symbol) &&
    matches(query.get('side'), order.side);
  const found = all.filter(isWanted);
  const sorted = query.get('direction') === 'asc' ? found : found.reverse();
  const body = sorted.slice(0, limit).map((order) => orderToWire(order, isNested ? legsOf(order, () => all) : null));
  return ok(body);
}

/** A nested parent is open as long as one of its legs is. */
function isInState(order: VenueOrder, state: string, legs: readonly VenueOrder[]): boolean {
  const isAlive = [order, ...legs].some(isOpen);
  return state === 'all' || isAlive === (state === 'open');
}

const matches = (wanted: string | null, value: string): boolean =>
  wanted === null || wanted === '' || wanted.split(',').includes(value);
