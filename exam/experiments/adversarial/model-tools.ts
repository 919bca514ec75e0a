/**
 * Rows 47 and 48: calls of tools that do not exist or have wrong arguments, put to the activity itself; and models that
 * call too often or ask the same again, in whole conversations on the desk.
 */

import type { ToolCall } from '../../../schemas/llm/model-call.ts';
import { TOOL_NAMES } from '../../../schemas/llm/tools.ts';
import type { MarketAnalysisResult } from '../../../schemas/market-analysis.ts';
import type { DeskInProcess } from '../../../scripts/lib/desk-in-process.ts';
import { type ModelsInProcess, openModelsInProcess } from '../../../scripts/lib/models-in-process.ts';
import { analystActivities } from '../../../workers/analyst.ts';
import { EXAM_CONFIG } from '../../exam.ts';
import { EXAM_INTERVAL_MS, storeExamBars } from '../../rig/market.ts';
import { type Case, type Outcome, runCases } from './case.ts';
import { freshId } from './desk-answers.ts';
import { type Draw, drawFrom, many, mistyped } from './draw.ts';
import { type ModelSite, modelOf } from './model-site.ts';

const SYMBOL = 'AAPL';
const RIGHT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  get_market_features: { symbol: SYMBOL, at: null },
  check_risk_limits: { symbol: SYMBOL, side: 'buy', sizeFraction: 0.05, leverage: 1, confidence: 0.7 },
  get_news_sentiment: { symbol: SYMBOL, from: null, to: null },
  query_trading_knowledge: { question: 'what is a stop', limit: 3 },
};

function unknownTool(draw: Draw): readonly [name: string, text: string] {
  const name = draw.pick([
    ...['place_order', 'submit_order', 'read_file', 'bash', 'get_account_keys', 'constructor', '__proto__', 'toString'],
    ...['', ' get_market_features', mistyped(draw, draw.pick(TOOL_NAMES)), draw.pick(TOOL_NAMES).toUpperCase()],
  ]);
  return [name, JSON.stringify(RIGHT[draw.pick(Object.keys(RIGHT))])];
}

function wrongArguments(draw: Draw): readonly [name: string, text: string] {
  const name = draw.pick(Object.keys(RIGHT));
  const fields = RIGHT[name] ?? {};
  const field = draw.pick(Object.keys(fields));
  const { [field]: _, ...fewer } = fields;
  const text = JSON.stringify(fields);
  const wrong = draw.pick([
    JSON.stringify({ ...fields, [draw.pick(['force', 'asOf', 'account', '__proto__x'])]: true }),
    JSON.stringify(fewer),
    JSON.stringify({ ...fields, [field]: draw.pick([[], {}, true, { $gt: '' }]) }),
    JSON.stringify({ ...fields, ...('symbol' in fields ? { symbol: 'BTC/USDT' } : { limit: 99 }) }),
    text.slice(0, -1),
    `${text}${text}`,
    text.replace('{', `{"${field}":${JSON.stringify(fields[field])},`),
    text.replaceAll('"', "'"),
    `[${text}]`,
    draw.pick(['', 'null', '""', '{}', '42', '['.repeat(5_000), `{"x":"${'y'.repeat(9_000)}"}`]),
  ]);
  return [name, wrong];
}

/** Each goes to the activity that the conversation calls, and is read back from the table. */
export function callCases({ db, folder: home }: ModelSite, seed: number, size: number): Case[] {
  const { callTool } = analystActivities({ db, configFolder: EXAM_CONFIG, home });
  const scope = { asOfMs: Date.now(), symbols: [SYMBOL], barIntervalMs: EXAM_INTERVAL_MS, accountId: null, masks: {} };
  const kinds = { TOOL_UNKNOWN: unknownTool, TOOL_ARGS: wrongArguments };
  return Object.entries(kinds).flatMap(([expected, make]) => {
    const draw = drawFrom(seed, `tool ${expected}`);
    return many(size, (position) => {
      const [name, text] = make(draw);
      const modelCallId = freshId();
      const call = { id: 'call-1', name, arguments: text };
      const answer = async (): Promise<string> => {
        const { refused } = await callTool({ ...{ modelCallId, position, call, scope }, refuse: null });
        const query = db.selectFrom('tool_calls').select('refused').where('call_id', '=', modelCallId);
        const row = await query.executeTakeFirstOrThrow();
        return row.refused === refused ? String(refused) : `told ${refused}, written down ${row.refused}`;
      };
      return { row: '47', input: `${name} ${text}`, expected, answer };
    });
  });
}

const CALLS_MAX = 10;
const NOW_MS = Math.floor(Date.now() / EXAM_INTERVAL_MS) * EXAM_INTERVAL_MS;

const features = (symbol: string, hoursAgo: number, number: number): ToolCall => ({
  id: `call-${number}`,
  name: 'get_market_features',
  arguments: JSON.stringify({ symbol, at: new Date(NOW_MS - hoursAgo * EXAM_INTERVAL_MS).toISOString() }),
});

/** The same arguments as another hand would write them. */
const respelled = (draw: Draw, call: ToolCall, number: number): ToolCall => {
  const fields = JSON.parse(call.arguments) as Record<string, unknown>;
  const text = draw.pick([
    call.arguments,
    JSON.stringify(fields, null, 2),
    JSON.stringify(Object.fromEntries(Object.entries(fields).reverse())),
    ` ${call.arguments} `,
  ]);
  return { ...call, id: `call-${number}`, arguments: text };
};

type Talk = { readonly row: string; readonly turns: readonly (readonly ToolCall[])[]; readonly expected: string };

/** Eleven different calls or more, over one turn or many; then the model goes on asking. */
function tooMany(draw: Draw, symbol: string): Talk {
  const count = CALLS_MAX + draw.whole(1, 3);
  const calls = many(count, (index) => features(symbol, index + 1, index));
  const turns: ToolCall[][] = [];
  while (calls.length > 0) turns.push(calls.splice(0, draw.whole(1, draw.pick([1, 4, 13]))));
  const asked = turns.reduce<number>((sum, turn) => (sum > CALLS_MAX ? sum : sum + turn.length), 0);
  const refused = Array(asked - CALLS_MAX)
    .fill('TOOL_CALL_LIMIT')
    .join(' ');
  return { row: '47', turns, expected: `TOOL_CALL_LIMIT after ${CALLS_MAX} answers, refused ${refused}` };
}

/** Some calls that differ, then one of them again and again. */
function loop(draw: Draw, symbol: string): Talk {
  const calls = many(draw.whole(1, 4), (index) => features(symbol, index + 1, index));
  const again = many(4, (index) => [respelled(draw, draw.pick(calls), 20 + index)]);
  const expected = `TOOL_NO_PROGRESS after ${calls.length} answers, refused TOOL_NO_PROGRESS`;
  return { row: '48', turns: [...calls.map((one) => [one]), ...again], expected };
}

/** Conversations of the workflow `marketAnalysis` with the desk's own tools. */
export async function examineTalks(
  desk: DeskInProcess,
  site: ModelSite,
  seed: number,
  size: number,
): Promise<Outcome[]> {
  const draw = drawFrom(seed, 'talks');
  const talks = many(size * 2, (index) => {
    const symbol = `LOOP${index}/USD`;
    return { symbol, ...(index % 2 === 0 ? tooMany : loop)(draw, symbol) };
  });
  await storeExamBars(
    desk.targets.databaseUrl,
    talks.map(({ symbol }) => ({ symbol, price: 100 })),
  );
  const models = await openModelsInProcess(desk, { ...site.environment, LLM_BACKEND: modelOf('openaiChat') });
  try {
    const cases = talks.map(({ symbol, row, turns, expected }) => ({
      ...{ row, expected, input: JSON.stringify(turns) },
      answer: () => talkedThrough(site, models, symbol, turns),
    }));
    return await runCases(cases, { atOnce: 4, withinMs: 60_000 });
  } finally {
    await models.close();
  }
}

async function talkedThrough(
  { server, db }: ModelSite,
  models: ModelsInProcess,
  symbol: string,
  turns: Talk['turns'],
): Promise<string> {
  server.tells(symbol, 'openaiChat', ...turns.map((calls) => ({ text: '', stop: 'tools' as const, calls })));
  const input = { symbols: [symbol], depth: 'comprehensive', barIntervalMs: EXAM_INTERVAL_MS };
  const run = await models.start('marketAnalysis', `market-analysis:${freshId()}`, input);
  const [analysis] = ((await run.result()) as MarketAnalysisResult).analyses;
  if (analysis === undefined) return 'no analysis';
  if (analysis.costMicroUsd === 0) return 'its cost was not counted';
  const query = db
    .selectFrom('tool_calls')
    .select('refused')
    .where('call_id', 'in', [...analysis.callIds]);
  const rows = await query.orderBy('position').execute();
  const refused = rows.flatMap((row) => (row.refused === null ? [] : [row.refused]));
  return `${analysis.noDecision} after ${rows.length - refused.length} answers, refused ${refused.join(' ')}`;
}
