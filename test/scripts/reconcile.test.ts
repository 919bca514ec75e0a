/**
 * `npm run reconcile` as a process against a real Postgres and the test
 * venue: compare, freeze, and release by a person.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { loadGovernance } from '../../config/policy-files.ts';
import { readAccount } from '../../db/accounts.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { readEvents } from '../../db/events.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import type { Database } from '../../db/tables.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { startVenue, type Venue } from '../../scripts/lib/venue/start-venue.ts';
import { anOrderRequest } from '../db/order-request.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { programWords } from '../setup/program.ts';
import { type Json, newJournal } from './lib/venue/venue-under-test.ts';

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../config', import.meta.url));
const ACCOUNT = ['--account', 'alpaca-paper'] as const;

let database: TestDatabase;
let db: Database;
let venue: Venue;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.appUrl);
  const { settings, startMode } = loadGovernance(CONFIG);
  await seedDesk(db, { mode: startMode, settings, nowMs: Date.now() });
  venue = await startVenue({ journal: newJournal(), tickMs: 0 });
});
afterAll(async () => {
  await closeDatabase(db);
  await database.close();
});

type Ran = { readonly code: number; readonly json: Json };

const run = (...args: readonly string[]): Promise<Ran> => runWith(programWords('scripts/reconcile.ts'), args);

/** `words`: what follows `node`. */
function runWith(words: readonly string[], args: readonly string[]): Promise<Ran> {
  const env = inheritedEnvironment({
    DATABASE_URL: database.appUrl,
    QUARTERDECK_ALLOW_LOOPBACK: '1',
    ALPACA_PAPER_KEY: 'PKVENUE:venue-secret',
    ALPACA_PAPER_URL: venue.url,
  });
  return new Promise((resolve) => {
    execFile(process.execPath, [...words, ...args, '--json'], { env }, (error, out) => {
      resolve({ code: error === null ? 0 : Number(error.code), json: JSON.parse(out) });
    });
  });
}

const codes = ({ json }: Ran): unknown[] => (json.problems as Json[]).map((one) => one.code);
const accountOf = ({ json }: Ran): Json => (json.accounts as Json[])[0] ?? {};
const settle = (order: string, phrase: string): Promise<Ran> =>
  run('--settle', order, '--as', 'absent', ...ACCOUNT, '--reason', 'gone', '--confirm', phrase);
/** An order of the account with its stop, of which nobody knows whether it was ever taken. */
async function aManualOrder(decisionId: string): Promise<string> {
  const request = anOrderRequest(decisionId, {}, { accountId: 'alpaca-paper' });
  await createOrderStore(db).record({ ...request, venue: 'alpaca-paper' });
  const entry = db.updateTable('orders').where('client_order_id', '=', `${decisionId}-entry`);
  await entry.set({ state: 'MANUAL', sent_at: new Date().toISOString() }).execute();
  return decisionId;
}
const release = (phrase: unknown, ...more: readonly string[]): Promise<Ran> =>
  run('--release', ...ACCOUNT, '--reason', 'a fee', '--confirm', String(phrase), ...more);

it('opens the account at first contact; a missing cent freezes it until a person accepts it', async () => {
  const first = await runWith([RUN, 'reconcile'], []);
  expect(first).toMatchObject({ code: 0, json: { ok: true, accounts: [{ verdict: 'equal', frozen: null }] } });
  expect(codes(await release('no phrase yet'))).toEqual(['NOT_FROZEN']);

  venue.control.cash(toDecimal('99999.99'));
  const different = await run(...ACCOUNT);
  const cash = { kind: 'cash', what: 'cash', ours: '100000', theirs: '99999.99' };
  expect(different).toMatchObject({ code: 1, json: { ok: false, accounts: [{ differences: [cash] }] } });
  const { phrase } = accountOf(different);

  const wrong = await release('release alpaca-paper 000000');
  expect([wrong.code, ...codes(wrong)]).toEqual([4, 'CONFIRMATION_WRONG']);
  const still = await release(phrase);
  expect([still.code, ...codes(still)]).toEqual([4, 'STILL_DIFFERENT']);
  expect(await release(phrase, '--accept-cash')).toMatchObject({ code: 0, json: { ok: true, reason: 'a fee' } });

  expect(await readAccount(db, 'alpaca-paper')).toMatchObject({ cash: '99999.99', startingCash: '99999.99' });
  expect((await readEvents(db, 0, 100)).map((one) => one.type)).toEqual([
    'account_frozen',
    'account_cash_accepted',
    'account_released',
  ]);
  expect(await run()).toMatchObject({ code: 0, json: { ok: true } });
}, 120_000);

it('sets fills aside that are none of its own, once a person has put the position right, and trades on', async () => {
  const other = { symbol: 'ETH/USD', qty: '1', type: 'market', time_in_force: 'gtc' };
  venue.control.price('ETH/USD', toDecimal('100'));
  venue.control.order({ ...other, side: 'buy' });
  const found = await run(...ACCOUNT);
  expect(found.code).toBe(1);
  const held = await release(accountOf(found).phrase, '--accept-fills', '--accept-cash');
  expect([held.code, ...codes(held)]).toEqual([4, 'STILL_DIFFERENT', 'STILL_DIFFERENT']);
  venue.control.price('ETH/USD', toDecimal('101'));
  venue.control.order({ ...other, side: 'sell' });
  const closed = await run(...ACCOUNT);
  expect((accountOf(closed).differences as Json[]).map((one) => one.kind).sort()).toEqual(['cash', 'foreignFill']);
  const { phrase } = accountOf(closed);
  expect(codes(await release(phrase, '--accept-cash'))).toEqual(['STILL_DIFFERENT', 'STILL_DIFFERENT']);
  expect(await release(phrase, '--accept-fills', '--accept-cash')).toMatchObject({ code: 0, json: { ok: true } });
  expect(await run()).toMatchObject({ code: 0, json: { ok: true, accounts: [{ verdict: 'equal', frozen: null }] } });
  const audit = await db.selectFrom('audit').select('body').where('kind', '=', 'fills_set_aside').execute();
  expect(audit).toHaveLength(2);
  expect(audit[0]?.body).toMatchObject({ reason: 'a fee', fills: [{ side: 'buy', quantity: '1' }] });
}, 180_000);

it('settles an order that waits for a person by the phrase of that very order, unknown to the venue', async () => {
  const order = await aManualOrder('lost-1');
  const { manual } = accountOf(await run(...ACCOUNT));
  expect(manual).toMatchObject([{ order: 'lost-1-entry', symbol: 'BTC/USDT' }]);
  const phrase = String((manual as Json[])[0]?.phrase);
  const wrong = await settle('lost-1-entry', 'settle lost-1-entry 000000');
  expect([wrong.code, ...codes(wrong)]).toEqual([4, 'CONFIRMATION_WRONG']);
  expect(codes(await settle('another', phrase))).toEqual(['NOT_MANUAL']);
  expect(await settle('lost-1-entry', phrase)).toMatchObject({ code: 0, json: { ok: true, state: 'ABSENT' } });
  const after = await db.selectFrom('orders').select('state').where('decision_id', '=', order).execute();
  expect(after.map((row) => row.state)).toEqual(['ABSENT', 'ABSENT']);
}, 120_000);

it('does not settle an order that the venue has', async () => {
  await aManualOrder('there-1');
  const phrase = String((accountOf(await run(...ACCOUNT)).manual as Json[])[0]?.phrase);
  venue.control.price('BTC/USD', toDecimal('100'));
  const limit = { symbol: 'BTC/USD', side: 'buy', qty: '1', type: 'limit', limit_price: '50', time_in_force: 'gtc' };
  venue.control.order({ ...limit, client_order_id: 'there-1-entry' });
  const refused = await settle('there-1-entry', phrase);
  expect([refused.code, ...codes(refused)]).toEqual([4, 'ORDER_FOUND']);
}, 120_000);

it('does not release while anything but cash differs, and says when the venue is away', async () => {
  venue.control.position('BTC/USD', toDecimal('1'), toDecimal('100'));
  const { phrase } = accountOf(await run());
  const refused = await release(phrase, '--accept-cash');
  expect([refused.code, ...codes(refused)]).toEqual([4, 'STILL_DIFFERENT']);
  await venue.close();
  expect(await run()).toMatchObject({ code: 3, json: { accounts: [{ verdict: 'unreachable' }] } });
}, 120_000);

it('lists every mistake of the command line with exit code 2', async () => {
  const ran = await run('--accept-cash', '--reason', 'x');
  expect([ran.code, ...codes(ran)]).toEqual([2, 'ARGUMENT_CONFLICT', 'ARGUMENT_CONFLICT']);
  const settling = await run('--settle', 'x', '--as', 'filled', '--accept-cash');
  expect([settling.code, ...codes(settling)]).toEqual([
    2,
    'ARGUMENT_CONFLICT',
    'ARGUMENT_VALUE',
    'ARGUMENT_MISSING',
    'ARGUMENT_MISSING',
  ]);
  const unknown = await run('--account', 'alpaca-papr');
  expect([unknown.code, ...codes(unknown)]).toEqual([2, 'ACCOUNT_UNKNOWN']);
});
