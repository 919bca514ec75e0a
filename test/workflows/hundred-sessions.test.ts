/**
 * A hundred strategies on one account at once: whatever the order in which their decisions come to the gate, no commit
 * ever leaves the account above its limits. A trigger notes, at every commit that touches an order or a position, what
 * would stand in the books if everything at work filled.
 */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changePolicy } from '../../db/policy-changes.ts';
import { inTransaction } from '../../db/retry.ts';
import { type DeskUnderTest, freshId, openAccount, openDeskUnderTest } from './desk-under-test.ts';
import { allTaskFailures } from './histories.ts';
import { aPaperSession } from './session-inputs.ts';

const SESSIONS = 100;
const BARS = 19;
/** Bars come faster than they can be walked: every session is always late. */
const SPEED = 1_000_000;
/** With some 6 % of equity a position, the gross limit of 1.0 is reached before this many. */
const POSITIONS_MAX = 24;
const ACCOUNT = 'paper-hundred';

let desk: DeskUnderTest;
let owner: pg.Client;
beforeAll(async () => {
  desk = await openDeskUnderTest();
  owner = new pg.Client({ connectionString: desk.database.url });
  await owner.connect();
  await openAccount(desk, ACCOUNT);
  const author = { setBy: 'a person', reason: 'a test', correlationId: null, atMs: Date.now() };
  const modes = ['stability', 'growth', 'expansion'];
  const changes = Object.fromEntries(modes.map((mode) => [`profiles.${mode}.positionsMax`, POSITIONS_MAX]));
  await inTransaction(desk.db, (trx) => changePolicy(trx, { ...author, changes }));
  await owner.query(NOTE_EXPOSURE);
});
afterAll(async () => {
  await owner.end();
  await desk.close();
});

/** Deferred to the commit, so that it sees what the transaction leaves. */
const NOTE_EXPOSURE = `
  create table exposures (gross numeric, positions int, equity numeric, working int);
  create function note_exposure() returns trigger language plpgsql security definer as $$
  begin
    if new.account_id <> '${ACCOUNT}' then return null; end if;
    insert into public.exposures
    with books as (
      select strategy_id, symbol, quantity * mark_price as held, 0 as buys, 0 as sells, 0 as working
      from public.positions where account_id = '${ACCOUNT}' and quantity <> 0
      union all
      select strategy_id, symbol, 0, case side when 'buy' then open_value else 0 end,
        case side when 'sell' then open_value else 0 end, 1
      from (select *, (quantity - quantity_filled) * greatest(reference_price, limit_price) as open_value
        from public.orders) o
      where account_id = '${ACCOUNT}' and leg = 'entry'
        and state not in ('DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED', 'ABSENT')),
    worst as (
      select greatest(abs(sum(held) + sum(buys)), abs(sum(held) - sum(sells))) as notional, sum(working) as working
      from books group by strategy_id, symbol)
    select coalesce(sum(notional), 0), count(*), (select equity from public.accounts where account_id = '${ACCOUNT}'),
      coalesce(sum(working), 0) from worst;
    return null;
  end $$;
  create constraint trigger note_orders after insert or update on orders deferrable initially deferred
    for each row execute function note_exposure();
  create constraint trigger note_positions after insert or update on positions deferrable initially deferred
    for each row execute function note_exposure();`;

const aStrategy = (index: number) => ({
  type: 'momentum',
  parameters: { lookback: 2 + (index % 10), threshold: 0.0005 + index / 100_000 },
});

it('never exceeds the limits of the account', async () => {
  const startedAtMs = Date.now();
  const runs = await Promise.all(
    Array.from({ length: SESSIONS }, (_, index) => {
      const change = {
        accountId: ACCOUNT,
        strategy: aStrategy(index),
        symbols: [`S${index % 25}/USDT`],
        limits: { positionsMax: 1_000 },
        direction: 'longShort',
      };
      return desk.startSession(freshId(`s${index}`), aPaperSession(BARS, SPEED, change));
    }),
  );
  const reports = await Promise.all(runs.map((run) => run.result()));
  expect(reports.filter((one) => one.stoppedBy === 'endOfData')).toHaveLength(SESSIONS);
  expect(new Set(reports.map((one) => one.sessionId)).size).toBe(SESSIONS);

  const { rows } = await owner.query(`select max(gross / equity)::float as gross, max(positions)::int as positions,
    max(working)::int as working, count(*)::int as commits, count(*) filter (where gross > equity)::int as above
    from exposures`);
  const [largest] = rows;
  const asked = await owner.query(`select count(*) filter (where approved)::int as admitted,
    count(*) filter (where not approved)::int as refused from decisions where account_id = '${ACCOUNT}'`);
  const { admitted, refused } = asked.rows[0];
  console.info(
    `${SESSIONS} sessions on one account: ${admitted} decisions admitted, ${refused} refused; largest exposure ` +
      `${(100 * largest.gross).toFixed(1)} % of equity, ${largest.positions} positions, ` +
      `${largest.working} entries at work; ` +
      `${largest.commits} rows looked at in ${((Date.now() - startedAtMs) / 1_000).toFixed(1)} s`,
  );
  expect(largest.above).toBe(0);
  expect(largest.positions).toBeLessThanOrEqual(POSITIONS_MAX);
  expect(largest.gross).toBeGreaterThan(0.8);
  expect(admitted).toBeGreaterThan(SESSIONS / 10);
  expect(refused).toBeGreaterThan(SESSIONS);
}, 240_000);

it('leaves no failed workflow task', async () => {
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
});
