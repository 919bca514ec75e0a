/**
 * Twenty random edits of the audit by a superuser, seeded: a changed value, a removed row, two rows that change places,
 * a row slipped in. Each is found, and the first bad row is named, by the walk of the chain and by `npm run verify`.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { appendAudit, verifyAudit } from '../../db/audit.ts';
import { inTransaction } from '../../db/retry.ts';
import { createRandom } from '../../domain/market/random.ts';
import { programWords } from '../setup/program.ts';
import { type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
const ROWS = 200;
const EDITS = 20;
const THROUGH_THE_SCRIPT = 4;

const random = createRandom('audit edits');
const draw = (below: number): number => Math.floor(random.uniform() * below);

type Edit = { readonly what: string; readonly statements: readonly string[]; readonly firstBad: number };

/** Values: each column a chain row has, changed in one place. */
const VALUES = [
  `body = jsonb_set(body, '{quantity}', '"1000000"')`,
  `body = body - 'fraction'`,
  `kind = 'refusal'`,
  `at = at + interval '1 millisecond'`,
  `hash = repeat('0', 64)`,
  `previous_hash = repeat('f', 64)`,
];
const CONTENT = 'kind, body, at, hash, previous_hash';

function changedValue(): Edit {
  const sequence = 1 + draw(ROWS);
  const value = VALUES[draw(VALUES.length)] ?? '';
  return {
    what: `${value} of row ${sequence}`,
    statements: [`update audit set ${value} where sequence = ${sequence}`],
    firstBad: sequence,
  };
}

function removedRow(): Edit {
  const sequence = 1 + draw(ROWS);
  return {
    what: `row ${sequence} removed`,
    statements: [`delete from audit where sequence = ${sequence}`],
    firstBad: sequence,
  };
}

/** Rows change places whole, or with everything but their hashes. */
function swapped(): Edit {
  const a = 1 + draw(ROWS - 1);
  const b = a + 1 + draw(ROWS - a);
  const columns = draw(2) === 0 ? CONTENT : 'kind, body, at';
  return {
    what: `rows ${a} and ${b} exchanged (${columns})`,
    statements: [
      `update audit x set (${columns}) = (select ${columns} from audit y where y.sequence = ${a} + ${b} - x.sequence)
        where x.sequence in (${a}, ${b})`,
    ],
    firstBad: a,
  };
}

/** All later rows move up by one to make room for a copy. */
function slippedIn(): Edit {
  const sequence = 1 + draw(ROWS);
  return {
    what: `a copy slipped in before row ${sequence}`,
    statements: [
      `update audit set sequence = -sequence where sequence >= ${sequence}`,
      'update audit set sequence = 1 - sequence where sequence < 0',
      `insert into audit (sequence, ${CONTENT}) select ${sequence}, ${CONTENT} from audit
        where sequence = ${sequence === 1 ? 2 : sequence - 1}`,
      "update counters set value = value + 1 where name = 'audit'",
    ],
    // A copy of the first row before itself is that very row: the one after it is the first bad one.
    firstBad: sequence === 1 ? 2 : sequence,
  };
}

const KINDS = [changedValue, removedRow, swapped, slippedIn];
const edits = Array.from({ length: EDITS }, (_, index) => (KINDS[index % KINDS.length] ?? changedValue)());

let desk: DeskDatabase;
let superuser: pg.Client;
beforeAll(async () => {
  desk = await openDeskDatabase();
  superuser = new pg.Client({ connectionString: desk.url });
  await superuser.connect();
  for (let row = 0; row < ROWS; row += 1) {
    const body = { order: `order-${row}`, quantity: '0.00000001', fraction: row / 7 };
    await inTransaction(desk.db, (trx) => appendAudit(trx, [{ kind: 'order_intent', body, atMs: START_MS + row }]));
  }
  await superuser.query('create table audit_before as select * from audit');
});
afterAll(async () => {
  await superuser.end();
  await desk.close();
});

async function restore(): Promise<void> {
  await superuser.query('delete from audit');
  await superuser.query('insert into audit select * from audit_before');
  await superuser.query("update counters set value = $1 where name = 'audit'", [ROWS]);
}

/** `npm run verify -- audit --json` against this database; `words` is what follows `node`. */
const verifyByScript = (words: readonly string[]): Promise<{ readonly code: unknown; readonly answer: unknown }> =>
  new Promise((resolve) => {
    const env = inheritedEnvironment({ DATABASE_URL: desk.url });
    execFile(process.execPath, [...words, 'audit', '--json'], { env }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, answer: JSON.parse(stdout) }),
    );
  });

it.each(edits.map((edit, index) => [index, edit.what, edit] as const))('edit %i: %s', async (index, _what, edit) => {
  try {
    for (const statement of edit.statements) await superuser.query(statement);
    expect(await verifyAudit(desk.db)).toBe(edit.firstBad);
    if (index >= THROUGH_THE_SCRIPT) return;
    const problems = [{ code: 'AUDIT_BROKEN', path: `audit.${edit.firstBad}` }];
    expect(await verifyByScript(programWords('scripts/verify.ts'))).toMatchObject({
      code: 1,
      answer: { ok: false, problems },
    });
  } finally {
    await restore();
  }
});

it('agrees again when every edit has been taken back', async () => {
  expect(await verifyAudit(desk.db)).toBeNull();
  expect(await verifyByScript([RUN, 'verify'])).toMatchObject({ code: 0, answer: { ok: true, rows: ROWS } });
});
