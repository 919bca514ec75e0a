/**
 * B8: reports that make no sense, about an order that was sent and about one that is looked for; none may be taken over.
 * B6: lists in which rows come twice. B10: a clock that is off. B11: an account that is not the one that was meant.
 */
import { judgeClock } from '../../../adapters/broker/clock-drift.ts';
import { identityProblems } from '../../../adapters/broker/venue-identity.ts';
import type { Case } from './case.ts';
import { type Draw, drawFrom, many } from './draw.ts';
import { anOrderOf, type Peer, saying, soonMs, wireOrderOf } from './peer.ts';

const NO_NUMBERS = ['NaN', 'Infinity', '', ' ', '0x10', '1,5', '1e999999999', '-', '１', {}, [], true, null];

/** Changes that no reading can make sense of, whichever order is meant. */
const senseless = (draw: Draw): unknown =>
  draw.pick<() => unknown>([
    () => wireOrderOf('ours', { status: draw.pick(['sleeping', 'FILLED', '', 'Replaced', 7, null, '__proto__']) }),
    () => wireOrderOf('ours', { qty: draw.pick(NO_NUMBERS.filter((one) => one !== null)) }),
    () => wireOrderOf('ours', { qty: String(-draw.whole(0, 9)) }),
    () => wireOrderOf('ours', { status: 'partially_filled', filled_qty: String(draw.whole(2, 900)) }),
    () => wireOrderOf('ours', { status: 'filled', filled_qty: draw.pick(['0', '1', '2.0000001', '3']) }),
    () => wireOrderOf('ours', { status: 'new', filled_qty: String(draw.whole(3, 90)) }),
    () => wireOrderOf('ours', { filled_qty: draw.pick(['-1', 'NaN', 'two', {}]) }),
    () => wireOrderOf('ours', { side: draw.pick(['BUY', 'long', '', null, 1]) }),
    () => wireOrderOf('ours', { id: draw.pick(['', null, {}, 'x'.repeat(129)]) }),
    () => wireOrderOf('ours', { submitted_at: draw.pick(['yesterday', '2026-02-30T00:00:00Z', 7]) }),
    () => wireOrderOf(draw.pick(['another', '', 'OURS', 'ours ', 'ours\u0000'])),
    () => [wireOrderOf('ours')],
    () => ({ order: wireOrderOf('ours') }),
    () => JSON.stringify(wireOrderOf('ours')).slice(0, draw.whole(1, 200)),
    () => `${JSON.stringify(wireOrderOf('ours'))}${draw.pick(['x', '{}', ']'])}`,
    () => draw.pick(['', 'null', '7', '<html/>', '{}', '['.repeat(100_000), '\u0000']),
  ])();

/** An order that is whole, but not the one that was sent. */
const another = (draw: Draw): unknown =>
  wireOrderOf(
    'ours',
    draw.pick([{ side: 'sell' }, { symbol: 'MSFT' }, { qty: '20' }, { qty: '2.0000001' }, { symbol: 'AAPL.B' }]),
  );

export function reportCases(peer: Peer, seed: number, count: number): Case[] {
  const draw = drawFrom(seed, 'reports');
  return many(count, () => {
    const what = draw.pick(['send', 'lookUp', 'list'] as const);
    const body = what === 'send' && draw.whole(0, 3) === 0 ? another(draw) : senseless(draw);
    if (what === 'send') return sendCase(peer, body, draw.pick([200, 201]));
    return what === 'lookUp' ? lookUpCase(peer, body) : listCase(peer, draw, body);
  });
}

const sendCase = (peer: Peer, body: unknown, status: number): Case => ({
  row: 'B8',
  input: { send: body, status },
  expected: 'ambiguous, 1 request',
  answer: async () => {
    const { venue, seen } = peer.script(saying(status, body));
    return `${(await venue.send(anOrderOf('ours'), soonMs())).kind}, ${seen()} request`;
  },
});

const lookUpCase = (peer: Peer, body: unknown): Case => ({
  row: 'B8',
  input: { lookUp: body },
  expected: 'failed',
  answer: async () => (await peer.script(saying(200, body)).venue.lookUp('ours')).kind,
});

const GOOD_FILL = {
  ...{ id: 't1', order_id: 'o1', symbol: 'AAPL', side: 'buy', qty: '1', price: '90' },
  transaction_time: '2026-01-05T15:00:00Z',
};
const GOOD_POSITION = { symbol: 'AAPL', qty: '1', side: 'long', avg_entry_price: '90' };

/** One bad row makes a whole list unread: half a list would be taken for all there is. */
function listCase(peer: Peer, draw: Draw, order: unknown): Case {
  const [name, good, bad] = draw.pick([
    ['openOrders', wireOrderOf('other'), typeof order === 'string' || Array.isArray(order) ? {} : withoutId(order)],
    [
      'fills',
      GOOD_FILL,
      { ...GOOD_FILL, ...draw.pick([{ qty: '0' }, { qty: '-1' }, { price: 'NaN' }, { side: 'up' }]) },
    ],
    ['fills', GOOD_FILL, { ...GOOD_FILL, ...draw.pick([{ id: null }, { order_id: '' }, { transaction_time: 'now' }]) }],
    ['positions', GOOD_POSITION, { ...GOOD_POSITION, ...draw.pick([{ qty: '-1' }, { qty: 'x' }, { symbol: null }]) }],
  ] as const);
  const rows = many(draw.whole(0, 20), () => good);
  const at = draw.whole(0, rows.length);
  const list = [...rows.slice(0, at), bad, ...rows.slice(at)];
  const answer = async (): Promise<string> => {
    const { venue } = peer.script(saying(200, list));
    const reads = {
      openOrders: () => venue.openOrders(),
      fills: () => venue.fills(0),
      positions: () => venue.positions(),
    };
    return (await reads[name]()).kind;
  };
  return { row: 'B8', input: { list: name, rows: list }, expected: 'failed', answer };
}

/** Of a list an order of another name is a good row. */
const withoutId = (order: unknown): unknown => ({ ...Object(order), id: '' });

/** B6: rows that come twice inside a page, and pages that overlap. */
export function repeatCases(peer: Peer, seed: number, count: number): Case[] {
  const draw = drawFrom(seed, 'repeats');
  return many(count, () => {
    const total = draw.whole(0, 350);
    const overlap = draw.whole(0, 5);
    const echo = draw.whole(0, 3);
    const all = many(total, (index) => ({ ...GOOD_FILL, id: `t-${String(index).padStart(5, '0')}` }));
    const answer = async (): Promise<string> => {
      const { venue, seen } = peer.script((response, url) => {
        const size = Number(url.searchParams.get('page_size'));
        const after = all.findIndex(({ id }) => id === url.searchParams.get('page_token')) + 1;
        const from = Math.max(0, after - overlap);
        const twice = all.slice(0, from).slice(0, echo);
        response.end(JSON.stringify([...twice, ...all.slice(from)].slice(0, size)));
      });
      const fills = await venue.fills(0);
      if (fills.kind === 'failed') return fills.reason;
      const ids = new Set(fills.value.map(({ tradeId }) => tradeId));
      return `${fills.value.length} fills, ${ids.size} of them different${seen() > 50 ? ', too many requests' : ''}`;
    };
    const expected = `${total} fills, ${total} of them different`;
    return { row: 'B6', input: { total, overlap, echo }, expected, answer };
  });
}

const OFFSETS = [0, 500, -500, 2_000, -2_000, 10_000, -10_000, 86_400_000, -3_600_000];
/** How far the answer may be judged wrong because the request takes time itself. */
const EDGE_MS = 300;
const EDGES = [1_000, 5_000];

export function clockCases(peer: Peer, seed: number, count: number): Case[] {
  const draw = drawFrom(seed, 'clocks');
  const drawn = many(count, () => draw.whole(-20_000, 20_000)).filter((ms) =>
    EDGES.every((edge) => Math.abs(Math.abs(ms) - edge) > EDGE_MS),
  );
  const silly = ['now', '', null, 7, {}, '2026-02-30T00:00:00Z'].map(
    (timestamp): Case => ({
      row: 'B10',
      input: { timestamp },
      expected: 'failed',
      answer: async () => (await peer.script(saying(200, { timestamp })).venue.clock()).kind,
    }),
  );
  return [...silly, ...[...OFFSETS, ...drawn].map((offsetMs) => clockCase(peer, offsetMs))];
}

function clockCase(peer: Peer, offsetMs: number): Case {
  const worst = Math.abs(offsetMs);
  const level = worst < 1_000 ? 'ok' : worst < 5_000 ? 'warn' : 'block';
  const answer = async (): Promise<string> => {
    const { venue } = peer.script((response) => {
      response.end(JSON.stringify({ timestamp: new Date(Date.now() + offsetMs).toISOString() }));
    });
    const clock = await venue.clock();
    if (clock.kind === 'failed') return clock.reason;
    const verdict = judgeClock(clock.value);
    if (verdict.level === 'ok') return 'ok';
    const { code, message } = verdict.problem;
    return `${verdict.level} ${code}, ${toldRight(message, offsetMs) ? 'says by how much' : message}`;
  };
  const expected = level === 'ok' ? 'ok' : `${level} CLOCK_DRIFT, says by how much`;
  return { row: 'B10', input: { offsetMs }, expected, answer };
}

/** The message names side and distance, to within the time that the request took. */
function toldRight(message: string, offsetMs: number): boolean {
  const seconds = Number(/clock is ([\d.]+) s/.exec(message)?.[1]);
  const side = offsetMs < 0 ? 'behind ours' : 'ahead of ours';
  return message.includes(side) && Math.abs(seconds * 1_000 - Math.abs(offsetMs)) <= EDGE_MS;
}

/** Paper accounts are numbered PA…, live ones with nine digits. `known`: the account of earlier starts. */
export function identityCases(peer: Peer, seed: number, count: number): Case[] {
  const draw = drawFrom(seed, 'identity');
  return many(count, (): Case => {
    const mode = draw.pick(['paper', 'live'] as const);
    const numbered = draw.pick(['paper', 'live', 'unknown'] as const);
    const [id, other] = [`id-${draw.whole(1, 1e9)}`, `id-${draw.whole(1, 1e9)}x`];
    const known = draw.pick([null, id, other]);
    const isDown = draw.whole(0, 6) === 0;
    const account = { id, account_number: numberOf(draw, numbered), cash: '1', currency: 'USD' };
    const wrongMode = numbered !== 'unknown' && numbered !== mode;
    const codes = isDown
      ? ['VENUE_UNREACHABLE']
      : [...(wrongMode ? ['CONFIG_MODE_HOST_MISMATCH'] : []), ...(known === other ? ['VENUE_ACCOUNT_CHANGED'] : [])];
    const answer = async (): Promise<string> => {
      const reply = isDown ? saying(draw.pick([401, 403, 404, 500, 503]), '') : saying(200, account);
      const problems = await identityProblems(peer.script(reply, {}, mode).venue, known);
      return problems.map(({ code }) => code).join(' + ') || 'right';
    };
    return { row: 'B11', input: { mode, account, known, isDown }, expected: codes.join(' + ') || 'right', answer };
  });
}

function numberOf(draw: Draw, mode: 'paper' | 'live' | 'unknown'): string | null {
  if (mode === 'paper') return `PA${draw.text('ABCXYZ0123', 10)}`;
  if (mode === 'live') return draw.text('123456789', 9);
  return draw.pick([null, 'TEST', '']);
}
