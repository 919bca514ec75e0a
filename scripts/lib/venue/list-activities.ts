/**
 * GET /v2/account/activities: fills only, newest first, at most 100 a page;
 * `page_token` is the last id of the page before.
 */
import type { BookView } from './book-view.ts';
import { readInstant, readWhole } from './query.ts';
import { notValid, ok, type Reply } from './reply.ts';
import { activityId, activityToWire, instant } from './wire.ts';

const PAGE_SIZE_MAX = 100;
const KNOWN: readonly string[] =
  'FILL TRANS MISC ACATC ACATS CFEE CSD CSW DIV FEE INT JNLC JNLS NC PTC REORG SPIN SPLIT'.split(' ');

export function listActivities(view: BookView, query: URLSearchParams, types: readonly string[]): Reply {
  const unknown = types.find((type) => !KNOWN.includes(type));
  if (unknown !== undefined) return notValid(`invalid activity type: ${unknown}`);
  const pageSize = readWhole(query, 'page_size', PAGE_SIZE_MAX, 1, PAGE_SIZE_MAX);
  const after = readInstant(query, 'after', Number.NEGATIVE_INFINITY);
  const until = readInstant(query, 'until', Number.POSITIVE_INFINITY);
  if (pageSize === null) return notValid(`page_size must be from 1 to ${PAGE_SIZE_MAX}`);
  if (after === null || until === null) return notValid('after and until must be timestamps');
  const fills = types.includes('FILL') ? view.fills() : [];
  const date = query.get('date');
  const orderId = query.get('order_id');
  const found = fills.filter(
    (fill) =>
      fill.atMs > after &&
      fill.atMs <= until &&
      (date === null || instant(fill.atMs).startsWith(date)) &&
      (orderId === null || fill.orderId === orderId),
  );
  const sorted = query.get('direction') === 'asc' ? found : found.reverse();
  const token = query.get('page_token') ?? '';
  const at = sorted.findIndex((fill) => activityId(fill) === token);
  if (token !== '' && at < 0) return notValid(`invalid page_token: ${token}`);
  return ok(sorted.slice(at + 1, at + 1 + pageSize).map(activityToWire));
}
