/**
 * Asks a venue that does not tell its fees what fills have brought: positions and cash, read between two looks at the
 * fills that must agree. Reads that lag behind do not add up and are asked again; what never does is booked without a
 * fee, and the comparison of books tells a person.
 */
import { executionIdOf } from '../../domain/execution/identity.ts';
import { type Purse, withFees } from '../../domain/execution/untold-fees.ts';
import type { Order } from '../../schemas/execution.ts';
import type { VenueBust, VenueFill } from '../../schemas/venue.ts';
import type { VenueOrderParts } from './venue-order-parts.ts';

/** How long reads may lag behind a fill. */
const WAIT_MS = 30_000;

/** `all` fills of the account, read from `sinceMs` on; `busts`: those known of the order. */
type FillsRead = {
  readonly all: readonly VenueFill[];
  readonly sinceMs: number;
  readonly busts: readonly VenueBust[];
};

/**
 * `own`: fills of one order. One that was busted, or stands in the place of such a one, brings nothing new.
 * @returns null while the venue has not answered, or its answers do not add up yet
 */
export async function withUntoldFees(
  parts: VenueOrderParts,
  order: Order,
  own: readonly VenueFill[],
  { all, sinceMs, busts }: FillsRead,
): Promise<VenueFill[] | null> {
  const untold = own.filter((one) => one.isFeeUntold === true);
  const isForeign = own.some((one) => one.symbol !== order.symbol || one.side !== order.side);
  if (untold.length === 0 || isForeign) return [...own];
  const { held, cash, booked } = await parts.store.booksFor(
    order,
    all.map((one) => one.tradeId),
  );
  const told = new Set(busts.flatMap(({ executionId, replacement }) => [executionId, replacement?.tradeId ?? '']));
  const isNew = ({ tradeId }: VenueFill): boolean => !booked.has(tradeId) && !told.has(executionIdOf(tradeId));
  if (!untold.some(isNew)) return [...own];
  const theirs = await purseAt(parts, order);
  const again = await parts.venue.fills(sinceMs);
  if (theirs === null || again.kind === 'failed') return null;
  const unbooked = again.value.filter(isNew).map((one) => named(order, one));
  const isSame = idsOf(again.value) === idsOf(all);
  const fees = isSame ? withFees(own, { ours: { held, cash }, theirs, unbooked }) : null;
  const lastMs = Math.max(...untold.map((one) => one.atMs));
  return fees ?? (parts.nowMs() - lastMs > WAIT_MS ? [...own] : null);
}

/** Of coins bought the position shows the fee, of coins sold the cash: the other half is not asked for. */
async function purseAt({ venue }: VenueOrderParts, { side, symbol }: Order): Promise<Purse | null> {
  if (side === 'sell') {
    const cash = await venue.cash();
    return cash.kind === 'failed' ? null : { held: '0', cash: cash.value.cash };
  }
  const positions = await venue.positions();
  if (positions.kind === 'failed') return null;
  const position = positions.value.find((one) => plain(one.symbol) === plain(symbol));
  return { held: position?.quantity ?? '0', cash: '0' };
}

const plain = (symbol: string): string => symbol.replace('/', '');
const named = (order: Order, fill: VenueFill): VenueFill =>
  plain(fill.symbol) === plain(order.symbol) ? { ...fill, symbol: order.symbol } : fill;
const idsOf = (fills: readonly VenueFill[]): string =>
  fills
    .map((one) => one.tradeId)
    .sort()
    .join();
