/** The checker finds what was planted: on the venue's side in the journal, on the desk's side in real tables. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBooks } from '../../exam/checker/books.ts';
import { compare } from '../../exam/checker/compare.ts';
import { readJournal } from '../../exam/checker/journal.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { accept, bookAll, fill, journalLines, journalText } from './books-under-test.ts';

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await bookAll(client);
});
afterEach(async () => {
  await client.end();
  await database.close();
});

const RESTING = { mayRest: true, mayBeFrozen: false };

async function findings(lines = journalLines(), wanted = RESTING): Promise<string[]> {
  const found = compare(readJournal(journalText(lines), 'PA1'), await readBooks(client, 'desk'), wanted);
  return found.map(({ kind, where }) => `${kind}: ${where}`);
}

describe('the checker', () => {
  it('finds nothing where desk and venue agree', async () => {
    expect(await findings()).toEqual([]);
  });

  it('finds an order that was accepted twice', async () => {
    const lines = [...journalLines(), accept('o-4', 'b-entry', 'buy', '1')];
    expect(await findings(lines)).toEqual([
      'duplicate: b-entry accepted in lines 6, 9',
      'state: b-entry (line 9) is open there, CANCELED here',
    ]);
  });

  it('finds an order that was accepted and given up as absent', async () => {
    await client.query(`update orders set state = 'ABSENT' where client_order_id = 'b-entry'`);
    expect(await findings()).toEqual(['lost: b-entry (line 6) was accepted, the desk says ABSENT']);
  });

  it('finds an order that nobody intended', async () => {
    const lines = [...journalLines(), accept('o-4', 'c-entry', 'buy', '1')];
    expect(await findings(lines)).toEqual(['unknown: c-entry (line 9) has no intent']);
  });

  it('finds an order that the desk claims and the venue never had', async () => {
    const lines = journalLines().filter((line) => line.orderId !== 'o-3');
    expect(await findings(lines)).toEqual(['unfinished: a-stop is ACKED, the venue never had it']);
    await client.query(`update orders set state = 'FILLED' where client_order_id = 'a-stop'`);
    expect(await findings(lines)).toEqual(['invented: a-stop is FILLED, the venue never had it']);
  });

  it('finds an order at rest where nothing was to rest', async () => {
    const wanted = { mayRest: false, mayBeFrozen: false };
    expect(await findings(journalLines(), wanted)).toEqual(['unfinished: a-stop (line 8) is open there, ACKED here']);
  });

  it('finds a fill that is not booked, with position and cash as they follow', async () => {
    await client.query('alter table fills disable trigger all');
    await client.query(`delete from fills where trade_id like '%t-2'`);
    expect(await findings()).toEqual(['fill: t-2 of a-entry (line 5) is not booked']);
  });

  it('finds a fill that is booked at another price', async () => {
    await client.query('alter table fills disable trigger all');
    await client.query(`update fills set price = 100.03 where trade_id like '%t-2'`);
    const [found] = await findings();
    expect(found).toMatch(/^fill: t-2 of a-entry \(line 5\): price/);
  });

  it('finds one cent', async () => {
    await client.query('update accounts set cash = cash + 0.01');
    expect(await findings()).toEqual(['cents: cash is off by 0.01', "ledger: the ledger's cash is off by 0.01"]);
  });

  it('does not take the exact millionth of a cent for a cent', async () => {
    await client.query('update accounts set cash = cash + 0.00000001');
    expect(await findings()).toEqual([]);
  });

  it('finds a position that is off by the smallest unit', async () => {
    await client.query('update positions set quantity = quantity + 0.000000001');
    expect(await findings()).toEqual(['position: BTCUSD: 2 there, 2.000000001 here']);
  });

  describe('of a trade that the venue has busted', () => {
    const bust = (change: Record<string, unknown> = {}) => ({
      ...fill('o-1', 'a-entry', 't-1', '0.5', '100.01', '850', '0'),
      ...{ kind: 'bust', executionId: 'e-1', correctedPrice: null, filledQuantity: '1.5', status: 'canceled' },
      ...change,
    });
    /** What the desk has to do: a reversing fill, the count and state of the order, position and cash. */
    async function takeBack(): Promise<void> {
      await client.query(`insert into fills (venue, account_id, trade_id, client_order_id, strategy_id, symbol, side,
        quantity, price, fee, at, takes_back) values ('alpaca-paper', 'desk', 'bust-1', 'a-entry', 'manual',
        'BTC/USD', 'sell', 0.5, 100.01, 0, now(), '20261121160000000::t-1')`);
      await client.query(
        `update orders set state = 'CANCELED', quantity_filled = 1.5 where client_order_id = 'a-entry'`,
      );
      await client.query(`update positions set quantity = 1.5`);
      await client.query(`update accounts set cash = cash + 50.005`);
      await client.query(`insert into ledger_entries (posting_id, entry_id, account_id, book, kind, amount,
        currency, at)
        values ('q', 'q-1', 'desk', 'cash', 'fill', 50.005, 'USD', now()),
               ('q', 'q-2', 'desk', 'position:BTC/USD', 'fill', -50.005, 'USD', now())`);
    }
    const lines = () => [...journalLines(), bust({ cashAfter: '849.97' })];

    it('finds nothing where it was taken back, and nothing where it was never booked', async () => {
      await takeBack();
      expect(await findings(lines())).toEqual([]);
      await client.query('alter table fills disable trigger all');
      await client.query(`delete from fills where takes_back is not null or trade_id like '%t-1'`);
      expect(await findings(lines())).toEqual([]);
    });

    it('finds that it still counts', async () => {
      const found = await findings(lines());
      expect(found).toContain('bust: t-1 was busted there and still counts here');
      expect(found).toContain('state: a-entry (line 3) is canceled there, FILLED here');
    });

    it('finds that a trade which counts was taken back', async () => {
      await takeBack();
      expect(await findings()).toContain('bust: t-1 is taken back, the venue never did');
    });

    it('finds a correction whose new price is not booked', async () => {
      const corrected = bust({ correctedPrice: '100.5', filledQuantity: '2', status: 'filled', cashAfter: '799.72' });
      const found = await findings([...journalLines(), corrected]);
      expect(found).toContain('fill: e-1 of a-entry (line 9) is not booked');
      expect(found).toContain('bust: t-1 was busted there and still counts here');
    });
  });

  it('finds a venue that contradicts itself', async () => {
    const lines = [...journalLines(), fill('o-3', 'a-stop', 't-3', '1', '100', '699.965', '1')];
    lines[8] = { ...lines[8], cashAfter: '700' };
    expect((await findings(lines))[0]).toBe('journal: line 9: cashAfter is not the sum');
  });

  it('reads a last line without its end as not written', async () => {
    const text = `${journalText(journalLines())}{"sequence":9,"kind":"acc`;
    expect(compare(readJournal(text, 'PA1'), await readBooks(client, 'desk'), RESTING)).toEqual([]);
  });
});
