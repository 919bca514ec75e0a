import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

/** A tree laid out like the project's, in which every line of the import table is broken once. */
const PROJECT = path.resolve(import.meta.dirname, '../..');
const CONFIGS = ['.dependency-cruiser.cjs', 'eslint.config.js', '.oxlintrc.json', 'tsconfig.json', 'package.json'];
const FOLDERS = [
  'schemas',
  'domain',
  'workflows',
  'activities',
  'adapters',
  'db',
  'config',
  'api',
  'workers',
  'scripts',
  'exam',
  'test',
];
const STAGES = ['market', 'features', 'signals', 'decision', 'risk', 'execution', 'learning'];

const VALUE = 'export const value = 1;\nexport type Value = number;\n';
const use = (from: string): string => `import { value } from '${from}';\nexport const used = value;\n`;
const useType = (from: string): string => `import type { Value } from '${from}';\nexport type Used = Value;\n`;

/** What is imported: one innocent file a layer and a stage. */
const innocent: Record<string, string> = {
  ...Object.fromEntries(FOLDERS.map((layer) => [`${layer}/target.ts`, VALUE])),
  ...Object.fromEntries(STAGES.map((stage) => [`domain/${stage}/target.ts`, VALUE])),
  'schemas/learning.ts': VALUE,
  'domain/p-cycle-b.ts': `${use('./p-cycle-a.ts')}export const value = 1;
`,
  'domain/backtest/target.ts': VALUE,
  'workflows/messages/target.ts': VALUE,
};

/** What the table allows; none of it may be reported. */
const allowed: Record<string, string> = {
  'schemas/ok-zod.ts': "import { z } from 'zod';\nexport const used = z.string();\n",
  'domain/features/ok-upstream.ts': use('../market/target.ts'),
  'domain/features/ok-schema.ts': use('../../schemas/target.ts'),
  'domain/features/ok-package.ts': "import { Decimal } from 'decimal.js';\nexport const used = new Decimal(1);\n",
  'domain/backtest/ok-all-stages.ts': use('../learning/target.ts'),
  'workflows/ok-domain.ts': use('../domain/target.ts'),
  'workflows/ok-activity-types.ts': useType('../activities/target.ts'),
  'workflows/ok-temporal.ts': "import { sleep } from '@temporalio/workflow';\nexport const used = sleep;\n",
  'activities/ok-port-types.ts': `${useType('../adapters/target.ts')}`,
  'activities/ok-store-types.ts': useType('../db/target.ts'),
  'db/ok-port-types.ts': useType('../adapters/target.ts'),
  'adapters/ok-client.ts': "import pg from 'pg';\nexport const used = pg;\n",
  'config/ok-schemas.ts': use('../schemas/target.ts'),
  'api/ok-store.ts': use('../db/target.ts'),
  'api/ok-messages.ts': use('../workflows/messages/target.ts'),
  'workers/ok-wiring.ts': use('../adapters/target.ts'),
  'scripts/ok-wiring.ts': use('../config/target.ts'),
  'test/ok-all.ts': use('../workers/target.ts'),
};

/** The rule that must catch each planted file. */
const planted: Record<string, { rule: string; text: string }> = {
  'schemas/p-domain.ts': { rule: 'schemas-imports', text: use('../domain/target.ts') },
  'domain/p-db.ts': { rule: 'domain-imports', text: use('../db/target.ts') },
  'workflows/p-adapter.ts': { rule: 'workflows-imports', text: use('../adapters/target.ts') },
  'workflows/p-adapter-type.ts': { rule: 'workflows-imports', text: useType('../adapters/target.ts') },
  'workflows/p-config.ts': { rule: 'workflows-imports', text: use('../config/target.ts') },
  'activities/p-workflow.ts': { rule: 'activities-imports', text: use('../workflows/target.ts') },
  'adapters/p-activity.ts': { rule: 'adapters-imports', text: use('../activities/target.ts') },
  'db/p-workflow.ts': { rule: 'db-imports', text: useType('../workflows/target.ts') },
  'config/p-domain.ts': { rule: 'config-imports', text: use('../domain/target.ts') },
  'api/p-adapter.ts': { rule: 'api-imports', text: use('../adapters/target.ts') },
  'api/p-workflow.ts': { rule: 'api-messages', text: use('../workflows/target.ts') },
  'workers/p-script.ts': { rule: 'workers-imports', text: use('../scripts/target.ts') },
  'workflows/p-activity.ts': { rule: 'workflows-types-only', text: use('../activities/target.ts') },
  'activities/p-adapter.ts': { rule: 'activities-types-only', text: use('../adapters/target.ts') },
  'activities/p-store.ts': { rule: 'activities-types-only', text: use('../db/target.ts') },
  'db/p-adapter.ts': { rule: 'db-types-only', text: use('../adapters/target.ts') },
  'adapters/p-store.ts': { rule: 'adapters-imports', text: useType('../db/target.ts') },
  'activities/p-lazy.ts': {
    rule: 'activities-types-only',
    text: "export const used = (): Promise<unknown> => import('../adapters/target.ts');\n",
  },
  'schemas/p-package.ts': { rule: 'schemas-packages', text: "import pg from 'pg';\nexport const used = pg;\n" },
  'domain/p-package.ts': {
    rule: 'domain-packages',
    text: "import { sleep } from '@temporalio/workflow';\nexport const used = sleep;\n",
  },
  'workflows/p-package.ts': {
    rule: 'workflows-packages',
    text: "import { Client } from '@temporalio/client';\nexport const used = Client;\n",
  },
  'schemas/p-node.ts': { rule: 'pure-no-node', text: "import path from 'node:path';\nexport const used = path.sep;\n" },
  'domain/p-node.ts': { rule: 'pure-no-node', text: "import { hash } from 'crypto';\nexport const used = hash;\n" },
  'workflows/p-node.ts': {
    rule: 'pure-no-node',
    text: "import { readFileSync } from 'node:fs';\nexport const used = readFileSync;\n",
  },
  ...Object.fromEntries(
    STAGES.slice(0, -1).map((stage, i) => [
      `domain/${stage}/p-later.ts`,
      { rule: `domain-${stage}-upstream`, text: use(`../${STAGES[i + 1]}/target.ts`) },
    ]),
  ),
  ...Object.fromEntries(
    STAGES.slice(0, -1).map((stage, i) => [
      `schemas/${stage}.ts`,
      { rule: `schemas-${stage}-upstream`, text: `${use(`./${STAGES[i + 1]}.ts`)}export const value = 1;\n` },
    ]),
  ),
  'domain/risk/p-backtest.ts': { rule: 'domain-backtest-is-last', text: use('../backtest/target.ts') },
  'db/p-script.ts': { rule: 'wiring-is-not-imported', text: use('../scripts/target.ts') },
  'activities/p-worker.ts': { rule: 'wiring-is-not-imported', text: use('../workers/target.ts') },
  'exam/checker/p-schema.ts': { rule: 'checker-imports', text: use('../../schemas/target.ts') },
  'scripts/p-test.ts': { rule: 'tests-are-not-imported', text: use('../test/target.ts') },
  'domain/p-cycle-a.ts': { rule: 'no-cycles', text: use('./p-cycle-b.ts') },
  'db/p-missing.ts': { rule: 'resolvable', text: use('./nowhere.ts') },
  'db/p-development.ts': {
    rule: 'no-development-packages',
    text: "import fc from 'fast-check';\nexport const used = fc;\n",
  },
};

/** What the typed lint must refuse: the rule and the file's text. */
const impure: Record<string, { rule: string; text: string }> = {
  'domain/i-now.ts': { rule: 'no-restricted-properties', text: 'export const used = Date.now();\n' },
  'domain/i-now-taken.ts': { rule: 'no-restricted-properties', text: 'export const { now } = Date;\n' },
  'domain/i-new-date.ts': { rule: 'no-restricted-syntax', text: 'export const used = new Date();\n' },
  'domain/i-date-text.ts': { rule: 'no-restricted-syntax', text: 'export const used = Date();\n' },
  'domain/i-date-alias.ts': {
    rule: 'no-restricted-syntax',
    text: 'const Clock = Date;\nexport const used = Clock.now();\n',
  },
  'domain/i-random.ts': { rule: 'no-restricted-properties', text: 'export const used = Math.random();\n' },
  'domain/i-process.ts': { rule: 'no-restricted-globals', text: 'export const used = process.pid;\n' },
  'domain/i-performance.ts': { rule: 'no-restricted-globals', text: 'export const used = performance.now();\n' },
  'domain/i-crypto.ts': { rule: 'no-restricted-globals', text: 'export const used = crypto.randomUUID();\n' },
  'domain/i-timer.ts': { rule: 'no-restricted-globals', text: 'export const used = setTimeout(() => undefined, 1);\n' },
  'domain/i-fetch.ts': { rule: 'no-restricted-globals', text: "export const used = (): unknown => fetch('x');\n" },
  'domain/i-console.ts': { rule: 'no-restricted-globals', text: "console.log('x');\nexport {};\n" },
  'domain/i-global.ts': { rule: 'no-restricted-globals', text: 'export const used = globalThis.Date.now();\n' },
  'schemas/i-now.ts': { rule: 'no-restricted-properties', text: 'export const used = Date.now();\n' },
  'domain/i-node.ts': { rule: 'no-restricted-imports', text: "import os from 'node:os';\nexport const used = os;\n" },
  'workflows/i-node.ts': { rule: 'no-restricted-imports', text: "import os from 'os';\nexport const used = os;\n" },
  'workflows/i-client.ts': {
    rule: 'no-restricted-imports',
    text: "import type { Client } from '@temporalio/client';\nexport type Used = Client;\n",
  },
  'workflows/i-process.ts': { rule: 'no-restricted-globals', text: 'export const used = process.pid;\n' },
  'adapters/i-environment.ts': { rule: 'no-restricted-properties', text: 'export const used = process.env.PATH;\n' },
  'scripts/i-environment.ts': {
    rule: 'no-restricted-imports',
    text: "import { env } from 'node:process';\nexport const used = env;\n",
  },
  'adapters/i-fetch.ts': { rule: 'no-restricted-globals', text: "export const used = (): unknown => fetch('x');\n" },
  'activities/i-fetch.ts': {
    rule: 'no-restricted-properties',
    text: "export const used = (): unknown => globalThis.fetch('x');\n",
  },
  'workers/i-socket.ts': {
    rule: 'no-restricted-globals',
    text: "export const used = (): unknown => new WebSocket('ws://x');\n",
  },
  'adapters/i-https.ts': {
    rule: 'no-restricted-imports',
    text: "import { request } from 'node:https';\nexport const used = request;\n",
  },
  'db/i-net.ts': { rule: 'no-restricted-imports', text: "import net from 'net';\nexport const used = net;\n" },
  'adapters/i-undici.ts': {
    rule: 'no-restricted-imports',
    text: "import { request } from 'undici';\nexport const used = request;\n",
  },
  'activities/i-lazy.ts': {
    rule: 'no-restricted-syntax',
    text: "export const used = (): Promise<unknown> => import('node:http');\n",
  },
  'db/i-lazy.ts': {
    rule: 'no-restricted-syntax',
    text: "export const used = (): Promise<unknown> => import('node:http');\n",
  },
  'db/i-json.ts': { rule: 'no-restricted-syntax', text: 'export const used = JSON.stringify({});\n' },
  'workers/i-builtin.ts': {
    rule: 'no-restricted-syntax',
    text: "export const used = (): unknown => process.getBuiltinModule('node:tls');\n",
  },
  'adapters/i-environment-import.ts': {
    rule: 'no-restricted-imports',
    text: "import { env } from 'node:process';\nexport const used = env;\n",
  },
  'activities/i-floating.ts': {
    rule: 'typescript(no-floating-promises)',
    text: 'async function work(): Promise<void> {}\nexport const used = (): void => {\n  work();\n};\n',
  },
  'activities/i-misused.ts': {
    rule: 'typescript(no-misused-promises)',
    text:
      'async function work(): Promise<boolean> {\n  return true;\n}\n' +
      'export const used = (): number => (work() ? 1 : 2);\n',
  },
  'domain/i-switch.ts': {
    rule: 'typescript(switch-exhaustiveness-check)',
    text:
      "export function used(side: 'buy' | 'sell'): number {\n" +
      "  switch (side) {\n    case 'buy':\n      return 1;\n  }\n  return 0;\n}\n",
  },
  'activities/i-floating-silenced.ts': {
    rule: 'typescript(no-floating-promises)',
    text:
      'async function work(): Promise<void> {}\nexport const used = (): void => {\n' +
      '  // eslint-disable-next-line\n  work();\n};\n',
  },
  'domain/i-silenced.ts': {
    rule: 'no-restricted-properties',
    text: '// eslint-disable-next-line\nexport const used = Date.now();\n',
  },
};
/** Pure forms of the same things, and the one place for requests, which must pass. */
const pure: Record<string, string> = {
  'domain/ok-date.ts': 'export const used = (ms: number): string => new Date(ms).toISOString();\n',
  'domain/ok-math.ts': 'export const used = Math.max(1, Date.UTC(2024, 0, 1), Date.parse("2024-01-01"));\n',
  'adapters/http/ok-https.ts': "import { request } from 'node:https';\nexport const used = request;\n",
  'config/ok-environment.ts': 'export const used = process.env.PATH;\n',
};

const rulesSchema = z.object({ forbidden: z.array(z.object({ name: z.string() })) });

let tree = '';
const problemsFound = new Set<string>();

beforeAll(async () => {
  tree = mkdtempSync(path.join(tmpdir(), 'quarterdeck-rules-'));
  for (const name of CONFIGS) copyFileSync(path.join(PROJECT, name), path.join(tree, name));
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(tree, 'node_modules'));
  for (const folder of [
    ...FOLDERS,
    ...STAGES.map((s) => `domain/${s}`),
    'domain/backtest',
    'adapters/http',
    'exam/checker',
    'workflows/messages',
  ]) {
    mkdirSync(path.join(tree, folder), { recursive: true });
  }
  const texts = { ...innocent, ...allowed, ...pure, ...textsOf(planted), ...textsOf(impure) };
  for (const [file, text] of Object.entries(texts)) writeFileSync(path.join(tree, file), text);
  await Promise.all([cruise(), lintReach(), lintTypes()]);
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

const textsOf = (files: Record<string, { text: string }>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, { text }]) => [file, text]));

/** All three tools exit with 1 when they find something; their findings are on stdout all the same. */
function run(program: string, args: readonly string[]): Promise<unknown> {
  const words = [path.join(PROJECT, 'node_modules', program), ...args];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { cwd: tree, maxBuffer: 64_000_000 }, (error, stdout, stderr) => {
      if (stdout.startsWith('{') || stdout.startsWith('[')) resolve(JSON.parse(stdout));
      else reject(new Error(`${error?.message ?? ''} ${stdout} ${stderr}`));
    });
  });
}

async function cruise(): Promise<void> {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...FOLDERS];
  const shape = z.object({
    summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
  });
  const { summary } = shape.parse(await run('dependency-cruiser/bin/dependency-cruise.mjs', args));
  for (const { from, rule } of summary.violations) problemsFound.add(`${from} ${rule.name}`);
}

async function lintReach(): Promise<void> {
  const shape = z.array(
    z.object({ filePath: z.string(), messages: z.array(z.object({ ruleId: z.string().nullable() })) }),
  );
  const files = [...Object.keys(impure), ...Object.keys(pure)];
  const results = shape.parse(await run('eslint/bin/eslint.js', ['--format', 'json', ...files]));
  for (const { filePath, messages } of results) {
    for (const { ruleId } of messages) problemsFound.add(`${path.relative(tree, filePath)} ${ruleId}`);
  }
}

async function lintTypes(): Promise<void> {
  const shape = z.object({ diagnostics: z.array(z.object({ filename: z.string(), code: z.string() })) });
  const { diagnostics } = shape.parse(await run('oxlint/bin/oxlint', ['--type-aware', '--format', 'json']));
  for (const { filename, code } of diagnostics) problemsFound.add(`${filename} ${code}`);
}

describe('the import table', () => {
  it.each(Object.entries(planted).map(([file, { rule }]) => [file, rule]))('catches %s by %s', (file, rule) => {
    expect([...problemsFound].filter((found) => found.startsWith(`${file} `))).toContain(`${file} ${rule}`);
  });

  it('has a planted violation for every rule there is', () => {
    const { forbidden } = rulesSchema.parse(createRequire(import.meta.url)('../../.dependency-cruiser.cjs'));
    const rules = new Set(Object.values(planted).map(({ rule }) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !rules.has(name))).toEqual([]);
  });

  it('lets pass what the table allows', () => {
    const files = Object.keys(allowed);
    expect([...problemsFound].filter((found) => files.includes(found.split(' ')[0] ?? ''))).toEqual([]);
  });
});

describe('the rules of purity and promises', () => {
  it.each(Object.entries(impure).map(([file, { rule }]) => [file, rule]))('refuse %s by %s', (file, rule) => {
    expect([...problemsFound].filter((found) => found.startsWith(`${file} `))).toContain(`${file} ${rule}`);
  });

  it('let pass dates made from a number, and the environment in config', () => {
    const files = Object.keys(pure);
    expect([...problemsFound].filter((found) => files.includes(found.split(' ')[0] ?? ''))).toEqual([]);
  });
});
