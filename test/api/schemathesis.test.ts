/**
 * The description of the HTTP interface, put to the test by schemathesis (Python) where it is
 * installed: no server error, no answer that the description does not know. Where it is not, the notice
 * says so; docs/face.md tells how to run it by hand.
 */
import { execFile, execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HttpSite, openHttpSite } from '../../exam/experiments/adversarial/http-site.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest } from '../workflows/desk-under-test.ts';
import { aBacktest } from '../workflows/session-inputs.ts';

function isInstalled(): boolean {
  try {
    execFileSync('schemathesis', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const installed = isInstalled();
if (!installed) process.stdout.write('skipped: schemathesis is not on the PATH (pip install schemathesis)\n');

let desk: DeskUnderTest;
let site: HttpSite;

beforeAll(async () => {
  if (!installed) return;
  desk = await openDeskUnderTest();
  const { db, client, database, targets } = desk;
  site = await openHttpSite({ db, client, databaseUrl: database.appUrl, taskQueue: targets.taskQueue });
  await (await desk.startSession(freshId('schema'), aBacktest(200))).result();
});
afterAll(async () => {
  if (!installed) return;
  await site.close();
  await desk.close();
});

it.skipIf(!installed)(
  'finds neither a server error nor an answer that is not described',
  async () => {
    const checks = [
      'not_a_server_error',
      'status_code_conformance',
      'content_type_conformance',
      'response_schema_conformance',
    ];
    const words = [
      ...['run', `${site.url}/openapi.json`, '--checks', checks.join(','), '--max-examples', '10', '--seed', '1'],
      ...['--header', `Authorization: Bearer ${site.tokens.desk}`, '--exclude-path', '/api/events'],
      ...['--phases', 'examples,coverage,fuzzing', '--no-color'],
    ];
    const { code, text } = await new Promise<{ code: number; text: string }>((resolve) => {
      execFile('schemathesis', words, { maxBuffer: 64_000_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : 1, text: `${stdout}${stderr}` }),
      );
    });
    expect(code, text.slice(-6_000)).toBe(0);
  },
  300_000,
);
