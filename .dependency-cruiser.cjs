/**
 * Who may import whom (docs/architecture.md). The layers are the safety boundary: workflows are replayed,
 * activities are retried, domain is neither. Inside domain and schemas the stages look upstream only.
 * Read with `npm run imports`; test/setup/import-rules.test.ts plants a violation of every rule here.
 */
const LAYERS = [
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
];
const TOOLS = ['bench', 'exam', 'test'];
const STAGES = ['market', 'features', 'signals', 'decision', 'risk', 'execution', 'learning'];

const anyOf = (names) => `^(${names.join('|')})/`;
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** `layer` may import itself and `allowed`, nothing else of ours. */
const only = (layer, allowed) =>
  rule(
    `${layer}-imports`,
    `${layer} imports only: ${[layer, ...allowed].join(', ')}`,
    { path: `^${layer}/` },
    { path: anyOf([...LAYERS, ...TOOLS]), pathNot: anyOf([layer, ...allowed]) },
  );

/** `layer` sees `targets` as types only: the code itself must not be pulled along. */
const typesOnly = (layer, targets) =>
  rule(
    `${layer}-types-only`,
    `${layer} imports ${targets.join(' and ')} with \`import type\` only`,
    { path: `^${layer}/` },
    { path: anyOf(targets), dependencyTypesNot: ['type-only'] },
  );

/** Of third-party packages `layer` imports only `names` (regular expressions). */
const packages = (layer, names) =>
  rule(
    `${layer}-packages`,
    `${layer} imports only these packages: ${names.join(', ')}`,
    { path: `^${layer}/` },
    { path: '(^|/)node_modules/', pathNot: `(^|/)node_modules/(${names.join('|')})/` },
  );

/** A stage must not look at a later one. Schemas are files of the stage's name, domain stages are folders. */
const upstreamOnly = (stage, index) => {
  const later = STAGES.slice(index + 1).join('|');
  const comment = `${stage} comes before ${STAGES.slice(index + 1).join(', ')}`;
  return [
    rule(`domain-${stage}-upstream`, comment, { path: `^domain/${stage}/` }, { path: `^domain/(${later})/` }),
    rule(
      `schemas-${stage}-upstream`,
      comment,
      { path: `^schemas/${stage}\\.ts$` },
      { path: `^schemas/(${later})\\.ts$` },
    ),
  ];
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('schemas', []),
    only('domain', ['schemas']),
    only('workflows', ['schemas', 'domain', 'activities']),
    only('activities', ['schemas', 'domain', 'adapters', 'db']),
    only('adapters', ['schemas', 'domain']),
    only('db', ['schemas', 'domain', 'adapters']),
    only('config', ['schemas']),
    only('api', ['schemas', 'workflows', 'db']),
    rule(
      'api-messages',
      'of workflows, api imports their messages only',
      { path: '^api/' },
      { path: '^workflows/', pathNot: '^workflows/messages/' },
    ),
    only(
      'workers',
      LAYERS.filter((layer) => layer !== 'scripts'),
    ),
    typesOnly('workflows', ['activities']),
    typesOnly('activities', ['adapters', 'db']),
    typesOnly('db', ['adapters']),
    packages('schemas', ['zod']),
    packages('domain', ['decimal\\.js', '@noble/hashes']),
    packages('workflows', ['@temporalio/(workflow|common)', 'zod', 'decimal\\.js', '@noble/hashes']),
    rule(
      'pure-no-node',
      'schemas, domain and workflows run inside the replay sandbox: no Node built-ins',
      { path: '^(schemas|domain|workflows)/' },
      { dependencyTypes: ['core'] },
    ),
    ...STAGES.slice(0, -1).flatMap(upstreamOnly),
    rule(
      'domain-backtest-is-last',
      'backtest drives all stages; no stage knows it',
      { path: '^domain/', pathNot: '^domain/backtest/' },
      { path: '^domain/backtest/' },
    ),
    rule(
      'wiring-is-not-imported',
      'workers and scripts wire everything and are imported by tests only',
      { path: anyOf(LAYERS), pathNot: '^(workers|scripts)/' },
      { path: '^(workers|scripts)/' },
    ),
    rule(
      'checker-imports',
      'the checker of the exams shares no code with what it checks',
      { path: '^exam/checker/' },
      { path: anyOf([...LAYERS, ...TOOLS]), pathNot: '^exam/checker/' },
    ),
    rule('tests-are-not-imported', 'nothing imports tests', { path: anyOf(LAYERS) }, { path: '^test/' }),
    rule('no-cycles', 'an import cycle hides the direction of the flow', {}, { circular: true }),
    rule('resolvable', 'every import must resolve', {}, { couldNotResolve: true }),
    rule(
      'no-development-packages',
      'what runs in production is in dependencies',
      { path: anyOf(LAYERS) },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
