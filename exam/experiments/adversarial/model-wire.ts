/**
 * Rows 25 to 50 over the wire: the answers and texts of the other files through the gateway, each in one of the four wire
 * formats; replies that are none (49) and usage that cannot be (50); words that must be kept as they are (44, 45).
 */
import type { ServerResponse } from 'node:http';
import { CONTRACTS } from '../../../schemas/llm/contracts/index.ts';
import { ModelCallFailed, type ModelRequest } from '../../../schemas/llm/model-call.ts';
import { unseenAnswers } from './answers.ts';
import type { Case } from './case.ts';
import { type Draw, drawFrom, many } from './draw.ts';
import { CANARIES, type ModelSite, modelOf } from './model-site.ts';
import { isPlain, type NewsCase, unseenNews } from './news-texts.ts';
import { type AnswerCase, right, SHOWN } from './right-answers.ts';
import { CONTENT_TYPES, eventOf, FAMILIES, type Family, streamOf } from './wire-streams.ts';

type Row = { readonly row: string; readonly input: unknown; readonly expected: string };

/** A case with a name of its own and the family it is asked in. */
function caseOf(kind: string, index: number, row: Row, ask: (name: string, family: Family) => Promise<string>): Case {
  const family = FAMILIES[index % FAMILIES.length] as Family;
  return { ...row, answer: () => ask(`exam-case-${kind}-${index}`, family) };
}

/** `size` of each kind; the wire takes its time, so the parsers get many more. */
export function wireCases(site: ModelSite, seed: number, size: number): Case[] {
  const answers = unseenAnswers(seed, size).map((one, index) =>
    caseOf('answer', index, rowOf(one), (name, family) => outcomeOf(site, name, family, one)),
  );
  const news = unseenNews(seed, size).map((one, index) =>
    caseOf('news', index, { row: one.row, input: one.text, expected: one.expected }, (name, family) =>
      quotedIn(site, name, family, one),
    ),
  );
  return [
    ...answers,
    ...news,
    ...protocolCases(site, seed, size),
    ...usageCases(site, seed, size),
    ...keptCases(site, seed, size),
  ];
}

/** The gateway tells the first problem's code; an accepted answer is an answer. */
const rowOf = ({ row, contract, stop, text, expected }: AnswerCase): Row => ({
  row,
  input: `${contract} ${stop} ${text} over the wire`,
  expected: expected.startsWith('ACCEPTED') ? 'ACCEPTED' : (expected.split(' ')[0] ?? ''),
});

async function outcomeOf({ server, ask }: ModelSite, name: string, family: Family, one: AnswerCase): Promise<string> {
  server.tells(name, family, { text: one.text, stop: one.stop === 'tools' ? 'end' : one.stop });
  const { symbols, ...bounds } = SHOWN;
  const outcome = await ask(name, family, { contract: one.contract, symbols, bounds });
  if (outcome.kind === 'noDecision') return outcome.reason;
  return outcome.kind === 'answer' ? 'ACCEPTED' : outcome.kind;
}

const ADVICE = JSON.stringify(right.advice(drawFrom(0, 'an answer')));
const ABOUT = { symbols: SHOWN.symbols };

/** What the model was sent beside the words: the flags of the record when nothing else has changed by them. */
async function quotedIn(site: ModelSite, name: string, family: Family, one: NewsCase): Promise<string> {
  const { server, ask, db } = site;
  server.tells(name, family, { text: ADVICE });
  const outcome = await ask(name, family, { ...ABOUT, untrusted: [{ label: 'headline', text: one.text }] });
  const [body = ''] = server.bodies.get(name) ?? [];
  if (CANARIES.some((secret) => body.includes(secret))) return 'a secret in the prompt';
  if (outcome.kind !== 'answer') return outcome.kind;
  const plainName = `${name}-plain`;
  server.tells(plainName, family, { text: ADVICE });
  await ask(plainName, family, ABOUT);
  if (frameOf(body) !== frameOf(server.bodies.get(plainName)?.[0] ?? '')) return 'it changed the question';
  const query = db.selectFrom('model_calls').select('problems').where('ask_key', '=', name);
  const { problems } = await query.executeTakeFirstOrThrow();
  return (problems as { code: string }[]).map(({ code }) => code).join(' ') || 'plain';
}

/** All of a request but its messages: what may be done, and in which form it is to be answered. */
function frameOf(body: string): string {
  const { messages: _, input: __, ...rest } = JSON.parse(body) as Record<string, unknown>;
  const said = JSON.stringify(_ ?? __);
  return isPlain(said.replaceAll(/<\/?untrusted[^<>]*>/g, '')) ? JSON.stringify(rest) : 'characters that are not seen';
}

const PAGES: readonly (readonly [type: string, body: string])[] = [
  ['text/html', '<html><body><form action="/login">Sign in</form></body></html>'],
  ['application/json', '{"error":{"message":"model not found"}}'],
  ['application/json', '{"error":"invalid"}'],
  ['application/json', '{}'],
  ['text/plain', 'OK'],
  ['application/xml', '<Error><Code>NoSuchBucket</Code></Error>'],
  ['text/html; charset=utf-8', '<script>location="/portal"</script>'],
  ['application/octet-stream', '\u0000\u0001\u0002'],
  ['', ''],
];

const page =
  (draw: Draw) =>
  (response: ServerResponse): void => {
    const [type, body] = draw.pick(PAGES);
    response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(body);
  };

/** Bytes under the right type that are not what the format says. */
const nonsense =
  (draw: Draw, family: Family) =>
  (response: ServerResponse): void => {
    const whole = streamOf(family, { text: ADVICE });
    const bytes = draw.pick([
      Buffer.from(draw.pick(PAGES)[1]),
      eventOf(family, '{"error":{"message":"gone"}}'),
      eventOf(family, '{"type":"error","error":{"message":"gone"}}'),
      eventOf(family, 'not json'),
      eventOf(family, '[]'),
      eventOf(family, 'null'),
      eventOf(family, `{"type":"ping","choices":[],"x":${'['.repeat(40)}${']'.repeat(40)}}`),
      whole.subarray(0, Math.floor(whole.length / 2)),
      Buffer.concat([whole, whole]),
    ]);
    response.writeHead(200, { 'content-type': CONTENT_TYPES[family] }).end(bytes);
  };

function protocolCases(site: ModelSite, seed: number, size: number): Case[] {
  const draw = drawFrom(seed, 'wire protocol');
  return many(size * 2, (index) => {
    const [row, expected] = ['49', 'LLM_PROTOCOL'];
    return caseOf('protocol', index, { row, expected, input: `${seed} protocol ${index}` }, (name, family) => {
      const said = draw.whole(0, 1) === 0 ? page(draw) : nonsense(draw, family);
      site.server.tells(name, family, said);
      return failureOf(site, name, family);
    });
  });
}

const REQUEST: Omit<ModelRequest, 'model'> = {
  ...{ system: 'Be brief.', messages: [{ role: 'user', text: 'What now?' }], tools: [], maxTokens: 100 },
  answer: { contract: 'advice', jsonSchema: CONTRACTS.advice.jsonSchema },
  ...{ temperature: null, idleTimeoutMs: 20_000, totalTimeoutMs: 30_000 },
};

/** Past the gateway, whose breakers would open; the case's name is in the address. */
async function failureOf({ server, providers }: ModelSite, name: string, family: Family): Promise<string> {
  const model = modelOf(family);
  const baseUrl = `${server.url}/${name}${family.startsWith('openai') ? '/v1' : ''}`;
  try {
    await providers.get(model)?.generate({ ...REQUEST, model }, { baseUrl });
    return 'ACCEPTED';
  } catch (error) {
    if (error instanceof ModelCallFailed) return error.failure.code;
    throw error;
  }
}

const NO_COUNTS: readonly unknown[] = [-1, -1_000_000, 1e12, 1e300, 0.5, '100', null, true, [], {}, ''];

function usageCases({ server, ask, db }: ModelSite, seed: number, size: number): Case[] {
  const draw = drawFrom(seed, 'wire usage');
  return many(size, (index) => {
    const wrong = draw.pick(NO_COUNTS);
    const usage = draw.pick([null, { in: wrong, out: 10 }, { in: 100, out: wrong }, { in: wrong, out: wrong }]);
    const row = { row: '50', input: { usage, index }, expected: 'LLM_USAGE_INVALID, the reservation is spent' };
    return caseOf('usage', index, row, async (name, family) => {
      server.tells(name, family, { text: ADVICE, usage });
      await ask(name, family, ABOUT);
      const calls = db.selectFrom('model_calls').where('ask_key', '=', name);
      const call = await calls.select(['problems', 'cost_micro_usd', 'reserved_micro_usd']).executeTakeFirstOrThrow();
      const codes = (call.problems as { code: string }[]).map(({ code }) => code).join(' ');
      const { cost_micro_usd: cost, reserved_micro_usd: reserved } = call;
      return `${codes}, ${cost === reserved && cost > 0 ? 'the reservation' : `${cost} of ${reserved}`} is spent`;
    });
  });
}

const WORDS = [
  "'); DROP TABLE model_calls; --",
  "' OR '1'='1",
  '"; delete from orders; --',
  '$1, $2; select pg_sleep(1)',
  "\\'; truncate bars; --",
  '<script>alert(1)</script>',
  '![x](https://example.com/p.png)',
  '\u001b[2J\u001b[31mred',
  'é€😀 \ud83d',
  '%s %n $HOME {{facts}}',
];

/** Kept by parameter, letter for letter; only what Postgres cannot hold is replaced. */
function keptCases({ server, ask, db }: ModelSite, seed: number, size: number): Case[] {
  const draw = drawFrom(seed, 'wire kept');
  return many(size, (index) => {
    const rationale = `${draw.pick(WORDS)}${draw.text('abc ;\'"\\', draw.whole(0, 20))}${draw.pick(WORDS)}`;
    return caseOf('kept', index, { row: '45', input: { rationale }, expected: 'kept' }, async (name, family) => {
      server.tells(name, family, { text: JSON.stringify({ ...right.advice(draw), rationale }) });
      await ask(name, family, ABOUT);
      const query = db.selectFrom('model_asks').select('outcome').where('ask_key', '=', name);
      const { outcome } = (await query.executeTakeFirstOrThrow()) as { outcome: { value?: { rationale?: string } } };
      const kept = outcome.value?.rationale;
      return kept === Buffer.from(rationale).toString() ? 'kept' : `kept as ${String(kept)}`;
    });
  });
}
