/**
 * docs/face.md and docs/decisions/0002 are true: every public name on them exists, and every one that exists is there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENT_NAMES } from '../config/environment-variables.ts';
import { EXPERIMENT_NAMES } from '../exam/experiments/catalogue.ts';
import { decisionSchema } from '../schemas/decision.ts';
import { marketAnalysisInputSchema } from '../schemas/market-analysis.ts';
import { opportunityEvaluationInputSchema } from '../schemas/opportunity-evaluation.ts';
import { manualOrderInputSchema } from '../schemas/order-execution.ts';
import { SESSION_STRATEGY_TYPES, strategyParameterSchemas, strategySchema } from '../schemas/signals.ts';
import { strategyDesignInputSchema } from '../schemas/strategy-design.ts';
import { sessionReportSchema, sessionStatusSchema, strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { CALCULATIONS } from '../scripts/lib/calc/catalogue.ts';
import { deskAttributes } from '../scripts/lib/temporal-namespace.ts';
import * as trainingMessages from '../workflows/messages/agent-training.ts';
import * as allocationMessages from '../workflows/messages/allocation-review.ts';
import * as backtestMessages from '../workflows/messages/backtest.ts';
import * as evolutionMessages from '../workflows/messages/evolution-run.ts';
import * as analysisMessages from '../workflows/messages/market-analysis.ts';
import * as commentaryMessages from '../workflows/messages/officer-commentary.ts';
import * as officerMessages from '../workflows/messages/officers.ts';
import * as opportunityMessages from '../workflows/messages/opportunity-evaluation.ts';
import * as orderMessages from '../workflows/messages/order-execution.ts';
import * as searchMessages from '../workflows/messages/parameter-search.ts';
import * as reconciliationMessages from '../workflows/messages/reconciliation.ts';
import * as designMessages from '../workflows/messages/strategy-design.ts';
import * as sessionMessages from '../workflows/messages/strategy-session.ts';
import * as reviewMessages from '../workflows/messages/trade-review.ts';
import { createTestDatabase } from './setup/database.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(path.join(PROJECT, file), 'utf8');
const FACE = read('docs/face.md');

/** The text between a heading and the next one of its level. */
function section(heading: string): string {
  const text = FACE.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (text === undefined) throw new Error(`docs/face.md has no section ${heading}`);
  return text;
}

/** From `start` to the first blank line after it. */
function paragraph(text: string, start: string): string {
  const from = text.indexOf(start);
  if (from < 0) throw new Error(`docs/face.md does not say: ${start}`);
  return text.slice(from).split('\n\n')[0] ?? '';
}

/** The rows of the first table under a heading, without its head, each as its cells. */
const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .slice(1);

const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
const sorted = (names: Iterable<string>): string[] => [...names].sort();
const { scripts, dependencies } = JSON.parse(read('package.json')) as Record<'scripts' | 'dependencies', object>;

describe('the scripts', () => {
  it('are exactly those of package.json', () => {
    const text = section('Scripts');
    const named = quoted(paragraph(text, 'For users:'));
    expect(sorted(named)).toEqual(sorted(Object.keys(scripts)));
  });

  it('and calc knows exactly the names of its catalogue', () => {
    const [, ...named] = quoted(paragraph(section('Scripts'), '`npm run calc -- NAME`'));
    const names = named.filter((name) => !name.startsWith('--'));
    expect(sorted(names)).toEqual(sorted(CALCULATIONS.map((one) => one.name)));
  });

  it('and exam knows exactly the experiments of its own', () => {
    const [, ...named] = quoted(paragraph(section('Scripts'), '`npm run exam -- NAME`'));
    const names = named.filter((name) => !name.startsWith('--') && !name.startsWith('docs/'));
    expect(sorted(names)).toEqual(sorted(EXPERIMENT_NAMES));
  });
});

/** Names of audit rows, tables and columns that look like names of events. */
const NO_EVENTS = [
  ...['order_intent', 'order_sent', 'order_cancel', 'order_bust', 'order_intents', 'order_sends', 'order_hash'],
  'approval_requests',
  ...[
    'session_id',
    'session_equity',
    'session_bars',
    'session_feeds',
    'account_id',
    'account_standings',
    'policy_version',
  ],
];

type Message = { readonly type: string; readonly name: string };
const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'type' in value && 'name' in value;

/** The officers share one file of messages; each hears some of them. */
const officerFace = (...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(officerMessages).filter(([name]) => names.includes(name)));

describe('the workflows', () => {
  const table = rows(section('Workflows'));
  const messages: Readonly<Record<string, object>> = {
    strategySession: sessionMessages,
    orderExecution: orderMessages,
    agentTraining: trainingMessages,
    backtest: backtestMessages,
    evolutionRun: evolutionMessages,
    parameterSearch: searchMessages,
    reconciliation: reconciliationMessages,
    allocationReview: allocationMessages,
    marketAnalysis: analysisMessages,
    opportunityEvaluation: opportunityMessages,
    strategyDesign: designMessages,
    tradeReview: reviewMessages,
    officerCommentary: commentaryMessages,
    ceoDecisionCycle: officerFace('riskAlertSignal', 'forceDecisionUpdate', 'officerStatusQuery'),
    riskOfficerCycle: officerFace('equityChangedSignal', 'modeSwitchedSignal', 'assessNowUpdate', 'officerStatusQuery'),
    strategyOfficerCycle: officerFace('reviewNowUpdate', 'officerStatusQuery'),
    federationCycle: officerFace('globalStateQuery', 'officerStatusQuery'),
  };
  const internal = ['orderReported'];

  it('are exactly those of the catalogue', () => {
    const exported = [...read('workflows/index.ts').matchAll(/export \{ (\w+)/g)].map(([, name = '']) => name);
    expect(sorted(table.map(([cell = '']) => quoted(cell)[0] ?? ''))).toEqual(sorted(exported));
  });

  it.each(table)('%s has the id %s and exactly these signals, updates and queries', (cell, id, ...kinds) => {
    const [workflow = ''] = quoted(cell);
    const defined = Object.values(messages[workflow] ?? {}).filter(isMessage);
    for (const [index, type] of ['signal', 'update', 'query'].entries()) {
      const names = defined.filter((one) => one.type === type && !internal.includes(one.name)).map((one) => one.name);
      expect(sorted(quoted(kinds[index] ?? ''))).toEqual(sorted(names));
    }
    const ids: Readonly<Record<string, string>> = {
      strategySession: sessionMessages.strategySessionId('<id>'),
      orderExecution: orderMessages.orderExecutionId('<id>'),
      agentTraining: trainingMessages.agentTrainingId('<id>'),
      backtest: backtestMessages.backtestId('<id>'),
      evolutionRun: evolutionMessages.evolutionRunId('<id>'),
      parameterSearch: searchMessages.parameterSearchId('<id>'),
      reconciliation: reconciliationMessages.RECONCILIATION_ID,
      allocationReview: allocationMessages.ALLOCATION_REVIEW,
      marketAnalysis: analysisMessages.marketAnalysisId('<id>'),
      opportunityEvaluation: opportunityMessages.opportunityEvaluationId('<id>'),
      strategyDesign: designMessages.strategyDesignId('<id>'),
      tradeReview: reviewMessages.tradeReviewId('<id of the trade>'),
      ceoDecisionCycle: officerMessages.officerId('ceo'),
      riskOfficerCycle: officerMessages.officerId('risk'),
      strategyOfficerCycle: officerMessages.officerId('strategy'),
      federationCycle: officerMessages.officerId('federation'),
      officerCommentary: `${commentaryMessages.OFFICER_COMMENTARY}:<sequence of the event>`,
    };
    expect(quoted(id)[0]).toBe(ids[workflow]);
  });

  it('carry exactly these search attributes, each of the kind that is registered', () => {
    const text = paragraph(section('Workflows'), 'Search attributes:');
    const named = [...text.matchAll(/((?:`\w+`,?\s*)+)\((\w+)\)/g)].flatMap(([, names = '', kind = '']) =>
      quoted(names).map((name) => `${name} ${kind}`),
    );
    expect(sorted(named)).toEqual(sorted(deskAttributes().map(({ name, cli }) => `${name} ${cli}`)));
  });
});

describe('the inputs and results', () => {
  const inputs = section('Inputs');
  const isRequired = (schema: { safeParse: (value: unknown) => { success: boolean } }) =>
    !schema.safeParse(undefined).success;

  it('a session takes exactly these fields, and these of them are required', () => {
    const { shape } = strategySessionInputSchema;
    const required = Object.entries(shape).flatMap(([name, schema]) => (isRequired(schema) ? [name] : []));
    const text = paragraph(inputs, 'Required in a session:');
    const [first = '', second = ''] = text.split('Optional in a session:');
    expect(sorted(quoted(first))).toEqual(sorted(required));
    expect(sorted([...quoted(first), ...quoted(second)])).toEqual(sorted(Object.keys(shape)));
  });

  it.each([
    ['an analysis', marketAnalysisInputSchema.shape],
    ['an evaluation', opportunityEvaluationInputSchema.shape],
    ['a design', strategyDesignInputSchema.shape],
  ])('%s takes exactly these fields', (what, shape) => {
    const text = paragraph(inputs, `Required in ${what}:`);
    const [first = '', second = ''] = text.replaceAll(/\([^)]*\)/g, '').split('Optional in');
    const required = Object.entries(shape).flatMap(([name, schema]) => (isRequired(schema) ? [name] : []));
    expect(sorted(quoted(first))).toEqual(sorted(required));
    expect(sorted([...quoted(first), ...quoted(second)])).toEqual(sorted(Object.keys(shape)));
  });

  it('an order by hand takes exactly these fields', () => {
    const text = paragraph(inputs, 'Required in an order by hand:');
    expect(sorted(quoted(text))).toEqual(sorted(Object.keys(manualOrderInputSchema.shape)));
  });

  it('a strategy that is written out takes exactly these fields', () => {
    const text = paragraph(inputs, '`strategy` is the name of').split('`market` is')[0] ?? '';
    expect(sorted(quoted(text).slice(1))).toEqual(sorted(Object.keys(strategySchema.in.shape)));
  });

  it('the built-in strategies have these parameters with these defaults', () => {
    const table = rows(inputs).map(([name = '', defaults = '']) => [
      quoted(name)[0],
      JSON.parse(quoted(defaults)[0] ?? ''),
    ]);
    const actual = SESSION_STRATEGY_TYPES.map((type) => [type, strategyParameterSchemas[type].parse({})]);
    expect(table).toEqual(actual);
  });

  it.each([
    ['Status:', sessionStatusSchema.shape],
    ['Report:', sessionReportSchema.shape],
    ['Decision:', decisionSchema.shape],
  ])('%s has exactly these fields', (start, shape) => {
    expect(sorted(quoted(paragraph(section('Results'), start)))).toEqual(sorted(Object.keys(shape)));
  });

  it('the gate has exactly these rules', () => {
    const files = readdirSync(path.join(PROJECT, 'domain/risk/rules')).filter((name) => name !== 'index.ts');
    const rules = files.map((name) => name.replace('.ts', '').replace(/-(\w)/g, (_, letter) => letter.toUpperCase()));
    const named = quoted(paragraph(section('Results'), 'Rules of the gate')).slice(2);
    expect(sorted(named)).toEqual(sorted(rules));
  });
});

/** What the sources write in quotes as the name of an event. */
const EVENT_NAME = new RegExp(
  `'(${[
    '(?:session|signal|order|approval|policy|kill_switch|live|account|position|ceo)_[a-z_]+',
    'officer_commentary|allocation_reviewed|drift_detected|global_state_update',
    'risk_(?:alert|state_update|ceiling_update)',
    'strategy_(?:alert|enabled|recommendation|state_update)',
  ].join('|')})'`,
  'g',
);

describe('the database', () => {
  const table = rows(section('Database')).map(([name = '', columns = '']) => ({
    name: quoted(name)[0] ?? '',
    columns: columns.split(',').map((column) => column.trim()),
  }));

  it('has exactly the tables and views of db/tables.ts', () => {
    const body = /export type Tables = \{([^}]*)\}/.exec(read('db/tables.ts'))?.[1] ?? '';
    const known = [...body.matchAll(/(\w+): [\w.]+;/g)].map(([, name = '']) => name);
    expect(known.length).toBeGreaterThan(15);
    expect(sorted(table.map((one) => one.name))).toEqual(sorted(known));
  });

  it('has every column that the page names, after all migrations', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.readUrl });
    await client.connect();
    const { rows: found } = await client.query<{ column: string }>(
      `select table_name || '.' || column_name as column from information_schema.columns where table_schema = 'public'`,
    );
    await client.end();
    await database.close();
    const known = new Set(found.map((one) => one.column));
    const absent = table
      .flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`))
      .filter((one) => !known.has(one));
    expect(absent).toEqual([]);
  });

  it('writes exactly these events', () => {
    const sources = ['db', 'activities'].flatMap((folder) =>
      readdirSync(path.join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => read(`${folder}/${name}`)),
    );
    const written = sources.flatMap((text) => [...text.matchAll(EVENT_NAME)].map(([, name = '']) => name));
    const events = written.filter((name) => !NO_EVENTS.includes(name));
    expect(sorted(quoted(paragraph(section('Database'), 'Events:')))).toEqual(sorted(new Set(events)));
  });
});

describe('the settings', () => {
  it('are exactly the names that config/environment-variables.ts lists', () => {
    const named = rows(section('Settings')).map(([name = '']) => quoted(name)[0] ?? '');
    expect(sorted(named)).toEqual(sorted(ENVIRONMENT_NAMES));
  });
});

describe('the dependencies', () => {
  it('each have their line of why, and there are at most 32', () => {
    const named = rows(read('docs/decisions/0002-dependencies.md')).map(([name = '']) => quoted(name)[0] ?? '');
    expect(sorted(named)).toEqual(sorted(Object.keys(dependencies)));
    expect(named.length).toBeLessThanOrEqual(32);
  });
});
