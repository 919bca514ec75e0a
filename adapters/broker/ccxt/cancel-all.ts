/**
 * Straight at the venue, for the kill switch too: all open orders of all symbols of this venue, side by
 * side. Spot names the orders it cancelled; futures do not, so there the open orders are read first; the
 * cancel goes out even when that read has failed.
 */
import { z } from 'zod';
import type { CancelAllOutcome } from '../venue.ts';
import type { VenueReply } from '../venue-reply.ts';
import { digits, text } from './binance-numbers.ts';
import { venueIdOf } from './binance-wire.ts';
import type { CcxtExchangeClient } from './ccxt-exchange.ts';
import type { CcxtDesk } from './ccxt-markets.ts';
import { readOpenOrders } from './ccxt-reads.ts';
import { isUnknownMarket, isUnknownOrder, soon, told } from './ccxt-reply.ts';

type Call = (exchange: CcxtExchangeClient) => Promise<unknown>;

/** A reply repeats every order. */
const BYTES_MAX = 16_000_000;
/** An order list (one cancels the other) stands for the orders in it. */
const rowSchema = z.looseObject({
  symbol: text,
  orderId: digits.optional(),
  orders: z.array(z.looseObject({ orderId: digits })).optional(),
});
/** Binance has no slash in its names; the kill switch must not wait for the list of markets. */
const idOf = (symbol: string): string => symbol.replace('/', '');

export const cancelAllOrders = (desk: CcxtDesk): Promise<CancelAllOutcome> =>
  desk.access.market === 'spot' ? cancelSpot(desk) : cancelSwap(desk);

async function cancelSpot(desk: CcxtDesk): Promise<CancelAllOutcome> {
  const ids = desk.access.symbols.map(idOf);
  const replies = await ask(
    desk,
    ids.map(
      (symbol): Call =>
        (exchange) =>
          exchange.privateDeleteOpenOrders({ symbol }),
    ),
  );
  const lists = replies.map((reply) => (isUnknownOrder(reply) || isUnknownMarket(reply) ? [] : cancelledOf(reply)));
  const failed = replies.filter((_, index) => lists[index] === null);
  if (failed.length > 0) return { kind: 'ambiguous', reason: reasonOf(failed) };
  return { kind: 'taken', venueOrderIds: lists.flatMap((list) => list ?? []), refused: [] };
}

function cancelledOf(reply: VenueReply): string[] | null {
  if (reply.kind === 'failure' || reply.status !== 200) return null;
  const rows = z.array(rowSchema).safeParse(reply.json);
  if (!rows.success) return null;
  return rows.data.flatMap(({ symbol, orderId, orders }) =>
    (orders?.map((one) => one.orderId) ?? (orderId === undefined ? [] : [orderId])).map((id) => venueIdOf(symbol, id)),
  );
}

async function cancelSwap(desk: CcxtDesk): Promise<CancelAllOutcome> {
  const open = await readOpenOrders(desk, 'cancel');
  const calls = desk.access.symbols
    .map(idOf)
    .flatMap((symbol): Call[] => [
      (exchange) => exchange.fapiPrivateDeleteAllOpenOrders({ symbol }),
      (exchange) => exchange.fapiPrivateDeleteAlgoOpenOrders({ symbol }),
    ]);
  const replies = (await ask(desk, calls)).filter((reply) => !isUnknownMarket(reply));
  const failed = replies.filter((reply) => reply.kind === 'failure' || reply.status !== 200);
  if (failed.length > 0) return { kind: 'ambiguous', reason: reasonOf(failed) };
  if (open.kind === 'failed')
    return { kind: 'ambiguous', reason: `taken, of which orders is not known: ${open.reason}` };
  const ours = open.value.filter(({ symbol }) => desk.access.symbols.includes(symbol));
  return { kind: 'taken', venueOrderIds: ours.map(({ venueOrderId }) => venueOrderId), refused: [] };
}

const ask = ({ client }: CcxtDesk, calls: readonly Call[]): Promise<VenueReply[]> =>
  Promise.all(
    calls.map((call) =>
      client.request({ effect: 'venue.cancelAll', kind: 'cancel', call, ...soon(client), bodyBytesMax: BYTES_MAX }),
    ),
  );

const reasonOf = ([first]: readonly VenueReply[]): string =>
  first?.kind === 'reply' ? told(first) : (first?.reason ?? '');
