/**
 * Does a model ever learn what was not known yet? Five shapes of the future, a hundred of each, asked for through the tools
 * of a conversation. The server that plays the model keeps every byte it is sent: no canary may be in them, and each no
 * must stand in `tool_calls`. The control asks the same without an `asOf`.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { parseEnvironment } from '../../config/environment.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { registerPrompts } from '../../db/llm/prompts.ts';
import type { Database } from '../../db/tables.ts';
import { createRandom } from '../../domain/market/random.ts';
import type { AskModelInput, AskOutcome } from '../../schemas/llm/ask-model.ts';
import { TOOL_NAMES, toolSpecs } from '../../schemas/llm/tools.ts';
import { projectFolder } from '../../scripts/lib/paths.ts';
import { analystActivities } from '../../workers/analyst.ts';
import { llmActivities, llmSettings } from '../../workers/llm.ts';
import { EXAM_CONFIG, type ExamAnswer, type ExamOptions, type Experiment, type Violation } from '../exam.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { sideBySide } from '../small-desk/side-by-side.ts';
import { openSite } from '../small-desk/site.ts';
import { INTERVAL_MS, type Plant, type Planted, SHAPES } from './leaks/shapes.ts';
import { startToolServer, type ToolServer } from './leaks/tool-server.ts';

const CASES_WANTED = 100;
const LANES = 8;
/** Without an `asOf` everything is past. */
const NO_AS_OF_MS = Date.parse('2100-01-01T00:00:00Z');

export const experiment: Experiment = {
  name: 'leaks',
  controls: { 'no-as-of': 'leaked' },
  run: async (options) => {
    const site = await openSite();
    const server = await startToolServer();
    const { appUrl } = await site.newDatabase();
    const db = openDatabase(appUrl, { poolSize: 12 });
    try {
      return await examine({ db, server, folder: site.folder }, options);
    } finally {
      await closeDatabase(db);
      await server.close();
      await site.close();
    }
  },
};

type Rig = { readonly db: Database; readonly server: ToolServer; readonly folder: string };
type Case = Planted & { readonly name: string; readonly symbol: string };
type Talk = (one: Case) => Promise<Told>;
type Told = { readonly refused: string | null; readonly withheld: readonly string[]; readonly end: string };

async function examine(rig: Rig, { seed, control, size }: ExamOptions): Promise<ExamAnswer> {
  const count = size ?? CASES_WANTED;
  const talk = await talker(rig, control !== null);
  const names = Object.keys(SHAPES);
  const places = names.flatMap((shape, place) =>
    Array.from({ length: count }, (_, index) => ({ shape, place, index })),
  );
  const bar = progressBar('leaks');
  let done = 0;
  const judged = await sideBySide(places, LANES, async ({ shape, place, index }) => {
    const name = `case-${shape}-${String(index).padStart(4, '0')}`;
    const random = createRandom(`exam:leaks:${seed}:${name}`);
    const symbol = `L${place}X${index}/USD`;
    const planted = await (SHAPES[shape] as Plant)(rig.db, symbol, place * 1_000 + index, random);
    const one = { ...planted, name, symbol };
    const told = await talk(one);
    done += 1;
    bar.show(done, places.length);
    return {
      shape,
      found: judge(
        one,
        told,
        rig.server.bodies.filter((body) => body.includes(name)),
      ),
    };
  });
  bar.end();
  const violations = judged.flatMap(({ found }) => found);
  const sound = judged.filter(({ found }) => found.length === 0);
  const refused = Object.fromEntries(names.map((shape) => [shape, sound.filter((one) => one.shape === shape).length]));
  return {
    violations,
    voidBecause: count < CASES_WANTED ? [`${count} of each shape, ${CASES_WANTED} are needed`] : [],
    figures: { ofEachShape: count, refused, requests: rig.server.bodies.length },
  };
}

function judge({ name, canary }: Case, { refused, withheld, end }: Told, bodies: readonly string[]): Violation[] {
  const isLogged = refused === 'TOOL_LOOK_AHEAD' || withheld.length > 0;
  return [
    ...(bodies.some((body) => body.includes(canary)) ? [{ kind: 'leaked', where: name }] : []),
    ...(isLogged ? [] : [{ kind: 'notRefused', where: name }]),
    ...(bodies.length === 2 && end === 'answer' ? [] : [{ kind: 'brokenOff', where: `${name}: ${end}` }]),
  ];
}

const MODEL = {
  ...{ id: 'exam-1', provider: 'openai-compatible', tier: 'fast', apiFamily: 'openaiChat', contextTokens: 100_000 },
  ...{ outputTokensMax: 4_000, acceptsTemperature: true, acceptsForcedTools: true, knowledgeCutoff: null },
  prices: {
    ...{ inMicroUsdPerMTok: 0, outMicroUsdPerMTok: 0, cacheReadMicroUsdPerMTok: 0, cacheWriteMicroUsdPerMTok: null },
    asOf: '2026-11-01',
  },
  ...{ minDelayMs: 0, requestsPerMinute: 100_000, totalTimeoutMs: 60_000, idleTimeoutMs: 30_000 },
};

/** A conversation of two turns over the product's own activities: the model asks for a tool, is answered, and answers. */
async function talker({ db, server, folder }: Rig, isBlind: boolean): Promise<Talk> {
  const file = path.join(folder, 'models.yaml');
  writeFileSync(file, JSON.stringify({ models: [MODEL], tierDefaults: { fast: MODEL.id } }));
  const environment = parseEnvironment({
    OPENAI_BASE_URL: server.url,
    LLM_BACKEND: 'openai-compatible',
    QUARTERDECK_ALLOW_LOOPBACK: '1',
    QUARTERDECK_MODELS: file,
  });
  const settings = llmSettings(environment, { configFolder: EXAM_CONFIG, project: projectFolder });
  await registerPrompts(db, settings.prompts, Date.now());
  const { askModel } = llmActivities({ ...settings, db });
  const { callTool } = analystActivities({ db, configFolder: EXAM_CONFIG, home: folder });
  const ask = (input: AskModelInput): Promise<AskOutcome> => new MockActivityEnvironment().run(askModel, input);
  return async (one) => {
    server.cases.set(one.name, caseOf(one));
    const question = questionOf(one);
    const first = await ask({ ...question, callKey: `${one.name}/turn:0` });
    if (first.kind !== 'tools')
      return { refused: null, withheld: [], end: first.kind === 'answer' ? 'no tool' : first.reason };
    const [call] = first.calls;
    const modelCallId = first.callIds[0] ?? one.name;
    if (call === undefined) return { refused: null, withheld: [], end: 'no tool' };
    const asOfMs = isBlind ? NO_AS_OF_MS : one.asOfMs;
    const scope = { asOfMs, symbols: [one.symbol], barIntervalMs: INTERVAL_MS, accountId: null, masks: {} };
    const { refused, resultRef } = await callTool({ modelCallId, position: 0, call, scope, refuse: null });
    const toolResults = [{ callId: call.id, name: call.name, resultRef, isError: refused !== null }];
    const priorTurns = { ref: first.turnsRef, toolResults };
    const last = await ask({ ...question, callKey: `${one.name}/turn:1`, priorTurns });
    const row = await db
      .selectFrom('tool_calls')
      .select(['refused', 'withheld'])
      .where('call_id', '=', modelCallId)
      .executeTakeFirstOrThrow();
    return { ...row, end: last.kind === 'noDecision' ? last.reason : last.kind };
  };
}

const questionOf = ({ name, symbol, asOfMs }: Case): Omit<AskModelInput, 'callKey'> => ({
  task: 'advice',
  contract: 'advice',
  promptId: 'advisor',
  variables: { asOf: new Date(asOfMs).toISOString(), symbol, case: name },
  symbols: [symbol],
  conversationId: name,
  asOfMs,
  cache: false,
  tools: toolSpecs(TOOL_NAMES),
});

const caseOf = ({ name, symbol, tool, arguments: args }: Case) => ({
  call: { id: `call-${name}`, name: tool, arguments: JSON.stringify(args) },
  answer: JSON.stringify({
    ...{ version: 1, symbol, action: 'hold', confidence: 0.5, rationale: 'Nothing speaks for it.' },
    ...{ riskLevel: 'low', warnings: [] },
  }),
});
