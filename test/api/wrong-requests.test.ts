/**
 * Every wrong request of the table and unseen ones of each row get exactly
 * their status and code, on a desk with its worker.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violationsOf } from '../../exam/experiments/adversarial/case.ts';
import { examineHttp } from '../../exam/experiments/adversarial/http.ts';
import { send } from '../../exam/experiments/adversarial/http-cases.ts';
import { openBrokenSite } from '../../exam/experiments/adversarial/http-site.ts';
import { type DeskUnderTest, openDeskUnderTest } from '../workflows/desk-under-test.ts';

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(() => desk.close());

it('gives each wrong request exactly its status and code', async () => {
  const outcomes = await examineHttp(desk, 7, 5);
  expect(violationsOf(outcomes)).toEqual([]);
  const rows = [...new Set(outcomes.map(({ row }) => Number(row)))].sort((a, b) => a - b);
  expect(rows).toEqual(Array.from({ length: 20 }, (_, n) => 69 + n));
});

it('tells of a mistake of its own an id and nothing else', async () => {
  const { db, client, database, targets } = desk;
  const parts = { db, client, databaseUrl: database.appUrl, taskQueue: targets.taskQueue };
  const broken = await openBrokenSite(parts);
  const answer = await send(broken, { path: '/api/orders' });
  await broken.close();
  const [{ code, got, hint }] = JSON.parse(answer.body).problems;
  expect([answer.status, code]).toEqual([500, 'INTERNAL']);
  expect(got).toMatch(/^"[0-9a-f-]{36}"$/);
  expect(hint).toContain(JSON.parse(got));
  expect(answer.body).not.toMatch(/select|relation|nowhere|\.ts/);
});
