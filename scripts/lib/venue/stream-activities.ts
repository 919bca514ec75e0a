/**
 * GET /v2beta1/events/activities: Alpaca's stream of activities between two instants, trades only: each fill, and what
 * was busted or corrected of them. It ends with its last event; a stream that goes on is not offered here.
 */
import { decimalText } from '../../../domain/decimal.ts';
import type { BookView } from './book-view.ts';
import { readInstant } from './query.ts';
import { notValid, type Reply } from './reply.ts';
import type { VenueBust, VenueFill } from './venue-order.ts';
import { instant, uuidOf } from './wire.ts';

export function streamActivities(view: BookView, query: URLSearchParams): Reply {
  const since = readInstant(query, 'since', Number.NaN);
  const until = readInstant(query, 'until', Number.NaN);
  if (since === null || until === null) return notValid('since and until must be timestamps');
  if (Number.isNaN(since) || Number.isNaN(until)) return notValid('since and until are required here');
  const told = [
    ...replaced(view).map((fill) => ({ atMs: fill.atMs, event: fillEvent(view, fill) })),
    ...view.busts().map((bust) => ({ atMs: bust.atMs, event: bustEvent(view, bust) })),
  ];
  const wanted = told.filter(({ atMs }) => atMs >= since && atMs <= until).sort((a, b) => a.atMs - b.atMs);
  return { status: 200, events: wanted.map(({ event }) => event) };
}

/** A trade that stands in the place of another is told as its correction. */
function replaced(view: BookView): VenueFill[] {
  const corrections = new Set(view.busts().map((bust) => bust.executionId));
  return view.fills().filter((fill) => !corrections.has(fill.tradeId));
}

const fillEvent = (view: BookView, fill: VenueFill): Record<string, unknown> => ({
  ...activityOf(view, fill, fill.atMs, fill.leavesQuantity.isZero() ? 'fill' : 'partial_fill'),
  ref_id: fill.tradeId,
});

const bustEvent = (view: BookView, { executionId, fill, replacement, atMs }: VenueBust): Record<string, unknown> => ({
  ...activityOf(view, replacement ?? fill, atMs, replacement === null ? 'trade_bust' : 'trade_correct'),
  ref_id: executionId,
  previous_id: fill.tradeId,
});

function activityOf(view: BookView, fill: VenueFill, atMs: number, what: string): Record<string, unknown> {
  const order = view.order(fill.orderId);
  return {
    account_id: uuidOf(`account:${view.account}`),
    at: instant(atMs),
    event_id: uuidOf(`event:${fill.tradeId}:${what}`),
    activity_type: 'FILL',
    executed_at: instant(fill.atMs),
    settle_date: instant(atMs).slice(0, 10),
    currency: 'USD',
    status: 'executed',
    qty: decimalText(fill.quantity),
    price: decimalText(fill.price),
    details: {
      order_id: fill.orderId,
      client_order_id: order?.clientOrderId ?? null,
      asset_id: uuidOf(`asset:${fill.symbol}`),
      symbol: fill.symbol,
      side: fill.side,
      execution_type: what,
      cum_qty: decimalText(order?.filledQuantity ?? fill.filledQuantity),
      leaves_qty: decimalText(fill.leavesQuantity),
      order_status: order?.status ?? 'filled',
    },
  };
}
