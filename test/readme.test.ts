/**
 * The README is true: its `temporal …` lines run exactly as they stand against a server with a worker, its npm
 * scripts exist, its links lead somewhere. Fenced blocks marked `sh temporal` are executed in their order;
 * `exit=1` says what the last line of the block exits with.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { inheritedEnvironment } from '../config/environment.ts';
import { type DeskInProcess, openDeskInProcess } from '../scripts/lib/desk-in-process.ts';
import { type ModelsInProcess, openModelsInProcess } from '../scripts/lib/models-in-process.ts';
import { connectTemporal, prepareNamespace } from '../scripts/lib/temporal-namespace.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';

const PROJECT = process.cwd();
const read = (file: string): string => readFileSync(path.join(PROJECT, file), 'utf8');
const README = read('README.md');

type Block = { readonly lines: readonly string[]; readonly lastExit: number };
type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

const blocks: Block[] = [...README.matchAll(/^```sh temporal(?: exit=(\d+))?\n([\s\S]*?)^```$/gm)].map(
  ([, exit = '0', body = '']) => ({ lines: body.trimEnd().split('\n'), lastExit: Number(exit) }),
);
const lines = blocks.flatMap((block) => block.lines);

const namespace = `readme-${randomUUID()}`;
let database: TestDatabase;
let desk: DeskInProcess;
let models: ModelsInProcess;
let home: string;

beforeAll(async () => {
  const address = inject('temporalAddress');
  const connection = await connectTemporal(address, 5_000);
  await prepareNamespace(connection, namespace, true);
  await connection.close();
  database = await createTestDatabase();
  home = mkdtempSync(path.join(tmpdir(), 'quarterdeck-readme-'));
  mkdirSync(path.join(home, 'bin'));
  symlinkSync(inject('temporalCli'), path.join(home, 'bin', 'temporal'));
  const codePath = inject('workflowBundlePath');
  const targets = { databaseUrl: database.appUrl, address, namespace, taskQueue: 'trading', codePath, home };
  desk = await openDeskInProcess(targets);
  await desk.startWorker();
  models = await openModelsInProcess(desk);
});

afterAll(async () => {
  await models.close();
  await desk.close();
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

/** The line as a reader would type it: through the shell, in the project's folder. */
function type(line: string): Promise<Ran> {
  const env = inheritedEnvironment({
    PATH: `${path.join(home, 'bin')}${path.delimiter}${process.env.PATH ?? ''}`,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: namespace,
    DATABASE_URL: database.appUrl,
    QUARTERDECK_HOME: home,
  });
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { cwd: PROJECT, env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Lists and queries tell what is so a moment ago: they are asked again until they show what they must. */
async function typeUntil(line: string, expected: string): Promise<Ran> {
  for (let attempt = 1; ; attempt += 1) {
    const ran = await type(line);
    if (ran.stdout.includes(expected) || attempt === 50) return ran;
    await sleep(100);
  }
}

/** What a line must print, besides exiting as it should: part of the line → part of the output. */
const PRINTS: readonly (readonly [line: string, output: string])[] = [
  ['bars -- synth', 'stored 2000 synthetic bars'],
  ['--name status', '"tradingMode":"paper"'],
  ['--name tick', 'symbol:BTC/USDT'],
  ['--name adjustLimits', 'positionsMax:5'],
  ['--name decisions', 'BTC/USDT'],
  ["TradingMode = 'paper'", 'strategy-session:btc-paper'],
  ["StrategyType = 'momentum'", 'strategy-session:btc-paper'],
  ['workflow result --workflow-id strategy-session:btc-paper', '"stoppedBy":"signal"'],
  ['--name order', '"leg":"stop"'],
  ['--name cancelOrder', 'FILLED'],
  ['workflow result --workflow-id order-execution:second', '"state":"FILLED"'],
  ['workflow result --workflow-id market-analysis:first', '"provider":"rules"'],
  ['workflow result --workflow-id strategy-session:mistakes', 'MODE_NOT_ARMED tradingMode: got "live"'],
];

describe('the commands of the README', () => {
  it('start, look at, steer and stop a session, and trade by hand, exactly as they stand', {
    timeout: 120_000,
  }, async () => {
    for (const { lines: block, lastExit } of blocks) {
      for (const [index, line] of block.entries()) {
        const expected = PRINTS.find(([part]) => line.includes(part))?.[1] ?? '';
        const ran = / workflow (list|query) /.test(line) ? await typeUntil(line, expected) : await type(line);
        const exit = index === block.length - 1 ? lastExit : 0;
        expect({ line, code: ran.code, stderr: ran.stderr }).toMatchObject({ code: exit });
        expect(`${line}\n${ran.stdout}${ran.stderr}`).toContain(expected);
      }
    }
  });

  it('name every message a person may send, and never start a workflow without --fail-existing', () => {
    const names = [
      'status',
      'decisions',
      'positions',
      'order',
      'pause',
      'resume',
      'stop',
      'tick',
      'adjustLimits',
      'cancelOrder',
    ];
    for (const name of names) expect(lines.some((line) => line.includes(` --name ${name}`))).toBe(true);
    const starts = lines.filter((line) => line.includes(' workflow start '));
    expect(starts.length).toBeGreaterThan(3);
    for (const line of starts) expect(line).toContain('--fail-existing');
    for (const [part] of PRINTS) expect(lines.some((line) => line.includes(part))).toBe(true);
  });
});

const documents = [
  'README.md',
  ...readdirSync(path.join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('README and docs', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  it.each(documents)('%s names only npm scripts that exist, behind each a file that exists', (document) => {
    const named = [...read(document).matchAll(/\bnpm (?:run )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
    for (const name of named.filter((one) => one !== 'ci')) {
      expect(Object.keys(scripts), `npm run ${name} in ${document}`).toContain(name);
      const script = /^node scripts\/run\.mjs ([a-z-]+)$/.exec(scripts[name] ?? '')?.[1];
      if (script !== undefined) expect(existsSync(path.join(PROJECT, 'scripts', `${script}.ts`)), name).toBe(true);
    }
  });

  it.each(documents)('%s links only to files that exist', (document) => {
    const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
      ([, target = '']) => target,
    );
    for (const target of links)
      expect(existsSync(path.join(PROJECT, path.dirname(document), target)), target).toBe(true);
  });

  it.each(documents)('%s names only files and folders of ours that exist', (document) => {
    const folders = 'schemas|domain|workflows|activities|adapters|db|config|workers|scripts|test|examples|docs|bench';
    const named = [...read(document).matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, 'g'))].map(
      ([, name = '']) => name,
    );
    for (const name of named) expect(existsSync(path.join(PROJECT, name)), `${name} in ${document}`).toBe(true);
  });
});
