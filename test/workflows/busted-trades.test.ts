/**
 * Trades that the venue takes back or corrects: a real desk, the real Alpaca adapter, the test venue behind real HTTP.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { verifyAudit } from '../../db/audit.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { readBooks } from '../../exam/checker/books.ts';
import { compare } from '../../exam/checker/compare.ts';
import { readJournal } from '../../exam/checker/journal.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import { verifyLedger } from '../../scripts/lib/verify/verify-ledger.ts';
import { freshId, until } from './desk-under-test.ts';
import { openVenueDesk, type VenueDeskUnderTest } from './venue-desk-under-test.ts';
import { FLAT_CLOSES, reaches, venueOrder } from './venue-orders-under-test.ts';

const ACCOUNT = 'alpaca-paper';
const SYMBOLS = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'LTC/USD', 'BCH/USD'] as const;
let at: VenueDeskUnderTest;
let symbol: (typeof SYMBOLS)[number] = 'BTC/USD';
let turn = 0;
beforeAll(async () => {
  at = await openVenueDesk(Object.fromEntries(SYMBOLS.map((one) => [one, '100'])));
  for (const one of SYMBOLS) {
    await storeCloses(at.desk.db, one, FLAT_CLOSES);
  }
});
afterAll(() => at.close());
beforeEach(() => {
  symbol = SYMBOLS[turn] ?? 'BTC/USD';
  turn += 1;
  at.venue.control.faults({ partial: 0 });
});

const start = (change: Record<string, unknown> = {}) => at.desk.startOrder(freshId('bust'), venueOrder(symbol, change));
const tradeIds = () =>
  at
    .told('fill')
    .filter((line) => line.symbol === symbol)
    .map((line) => String(line.tradeId));
const positionNow = () =>
  at.desk.db
    .selectFrom('positions')
    .select(['quantity', 'cost', 'realized_pnl'])
    .where('symbol', '=', symbol)
    .executeTakeFirstOrThrow();
const eventTypes = async () =>
  (await at.desk.db.selectFrom('events').select('type').orderBy('sequence').execute()).map((row) => row.type);
const tradesNow = () =>
  at.desk.db
    .selectFrom('trades')
    .select(['quantity', 'entry_price', 'exit_price', 'pnl_net', 'busted_at'])
    .where('symbol', '=', symbol)
    .execute();

/** The venue's own arithmetic, the verifier's, the checker's and the audit all say that the books are right. */
async function isRight(): Promise<void> {
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal', differences: [] });
  const market = deskMarketData(barReaders(at.desk.db));
  const ledger = await verifyLedger(at.desk.db, market, { accountId: ACCOUNT, sessionId: null });
  expect(ledger.problems).toEqual([]);
  expect(await verifyAudit(at.desk.db)).toBeNull();
  const client = new pg.Client({ connectionString: at.desk.database.url });
  await client.connect();
  const books = await readBooks(client, ACCOUNT);
  await client.end();
  const { accounts, journal } = at.venue.control.state() as { accounts: { account: string }[]; journal: string };
  const told = readJournal(readFileSync(journal, 'utf8'), accounts[0]?.account ?? '');
  expect(compare(told, books, { mayRest: true, mayBeFrozen: false })).toEqual([]);
}

it('takes a busted fill back: order, position, cash, fees and ledger, and the stop is cancelled', async () => {
  const run = await start();
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  at.venue.control.bust(tradeIds()[0] ?? '', null);
  await isRight();
  await reaches(run, ['entry CANCELED 0', 'stop CANCELED 0']);
  expect(await run.result()).toMatchObject({ state: 'done' });
  expect(await positionNow()).toEqual({ quantity: '0', cost: '0', realized_pnl: '0' });
  const fills = at.desk.db.selectFrom('fills').select(['side', 'quantity', 'takes_back']).where('symbol', '=', symbol);
  expect((await fills.execute()).map((row) => [row.side, row.quantity, row.takes_back !== null])).toEqual([
    ['buy', '10', false],
    ['sell', '10', true],
  ]);
  expect((await eventTypes()).filter((type) => type === 'order_busted')).toHaveLength(1);
  const audited = at.desk.db.selectFrom('audit').select('body').where('kind', '=', 'order_bust');
  expect((await audited.execute()).map((row) => row.body)).toMatchObject([
    { quantity: '10', price: '100', trades: [] },
  ]);
  // Told again, and again: nothing more is booked.
  await isRight();
  expect((await eventTypes()).filter((type) => type === 'order_busted')).toHaveLength(1);
}, 60_000);

it('keeps what is left of an order in parts, and says that its stop no longer fits', async () => {
  at.venue.control.faults({ partial: 1 });
  const run = await start();
  await until('a first part', async () => (tradeIds().length === 1 ? true : null));
  at.venue.control.faults({ partial: 0 });
  at.venue.control.tick();
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  const [part = ''] = tradeIds();
  const size = toDecimal(String(at.told('fill').find((line) => line.tradeId === part)?.quantity));
  at.venue.control.bust(part, null);
  await isRight();
  const left = toDecimal(10).minus(size).toFixed();
  await reaches(run, [`entry CANCELED ${left}`, 'stop CANCELED 0']);
  expect(await positionNow()).toMatchObject({ quantity: left, realized_pnl: '0' });
  expect(await eventTypes()).toContain('position_unprotected');
}, 60_000);

it('takes a corrected price over in place of the first one', async () => {
  const run = await start();
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  at.venue.control.bust(tradeIds()[0] ?? '', toDecimal('101.5'));
  await isRight();
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  expect(await positionNow()).toEqual({ quantity: '10', cost: '1015', realized_pnl: '0' });
}, 60_000);

it('opens a closed position again when its exit is busted: at its own cost, without its round trip', async () => {
  const entry = await start();
  await reaches(entry, ['entry FILLED 10', 'stop ACKED 0']);
  at.venue.control.price(symbol, toDecimal('110'));
  const exit = await start({ side: 'sell' });
  await reaches(exit, ['exit FILLED 10']);
  expect(await tradesNow()).toMatchObject([{ exit_price: '110', pnl_net: '100', busted_at: null }]);
  at.venue.control.bust(tradeIds()[1] ?? '', null);
  await isRight();
  expect(await positionNow()).toEqual({ quantity: '10', cost: '1000', realized_pnl: '0' });
  expect(await tradesNow()).toMatchObject([{ pnl_net: '100', busted_at: expect.any(Date) }]);
  const again = await start({ side: 'sell' });
  await reaches(again, ['exit FILLED 10']);
  await isRight();
  expect((await tradesNow()).filter((row) => row.busted_at === null)).toMatchObject([{ pnl_net: '100' }]);
}, 60_000);

it('corrects the round trip when the price of its entry is corrected', async () => {
  const entry = await start();
  await reaches(entry, ['entry FILLED 10', 'stop ACKED 0']);
  const exit = await start({ side: 'sell' });
  await reaches(exit, ['exit FILLED 10']);
  at.venue.control.bust(tradeIds()[0] ?? '', toDecimal('99'));
  await isRight();
  expect(await positionNow()).toMatchObject({ quantity: '0', cost: '0' });
}, 60_000);

it('is seen by the verifier when somebody changes what a bust has left behind', async () => {
  const client = new pg.Client({ connectionString: at.desk.database.url });
  await client.connect();
  await client.query('alter table fills disable trigger all');
  const market = deskMarketData(barReaders(at.desk.db));
  const paths = async (): Promise<string[]> => {
    const { problems } = await verifyLedger(at.desk.db, market, { accountId: ACCOUNT, sessionId: null });
    return problems.map((one) => one.path);
  };
  const reversal = "where takes_back is not null and symbol = 'BTC/USD'";
  await client.query(`update fills set fee = 1 ${reversal}`);
  expect((await paths()).some((path) => path.startsWith('fills.bust-') && path.endsWith('.fee'))).toBe(true);
  await client.query(`update fills set fee = 0, quantity = 9 ${reversal}`);
  expect((await paths()).some((path) => path.startsWith('fills.bust-') && path.endsWith('.quantity'))).toBe(true);
  await client.query(`update fills set quantity = 10 ${reversal}`);
  expect(await paths()).toEqual([]);
  await client.query("update trades set busted_at = null where busted_at is not null and symbol = 'LTC/USD'");
  expect((await paths()).some((path) => path.startsWith('trades.'))).toBe(true);
  await client.end();
}, 60_000);
