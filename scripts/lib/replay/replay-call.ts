/**
 * A model call gone over again from the record: are the stored bodies those that were written, does the question still
 * render to the same words, and does what came back still read as the same answer. Nobody is asked.
 */
import { z } from 'zod';
import { DESK_PROMPT, promptFor } from '../../../activities/llm/choose-prompt.ts';
import { type ModelCallRow, outcomeOfAsk } from '../../../db/llm/calls.ts';
import { readPayload } from '../../../db/llm/payloads.ts';
import { promptVersions, readPrompt } from '../../../db/llm/prompts.ts';
import type { Database } from '../../../db/tables.ts';
import { canonicalJson, sha256Hex } from '../../../domain/canonical-json.ts';
import { parseAnswer } from '../../../domain/llm/parse-answer.ts';
import { rulesAnswer } from '../../../domain/llm/rules-advisor.ts';
import { type AskModel, askModelSchema } from '../../../schemas/llm/ask-model.ts';
import { isContractName } from '../../../schemas/llm/contracts/index.ts';
import { type ModelReply, type ModelRequest, modelReplySchema } from '../../../schemas/llm/model-call.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';

/** One thing that is held against the record. `stored` and `again` are hashes, or codes where nothing was answered. */
export type CallCheck = { readonly name: string; readonly stored: string; readonly again: string };

export async function replayCall(db: Database, call: ModelCallRow): Promise<CallCheck[]> {
  const bodies = await bodiesOf(db, call);
  const checks = [...bodies.values()].map(({ name, ref, body }) => ({ name, stored: ref, again: sha256Hex(body) }));
  const question = bodies.get('question')?.body;
  if (question === undefined) return [...checks, ...stepChecks(call, bodies)];
  const ask = askModelSchema.parse(JSON.parse(question));
  const rendered = await promptCheck(db, call, ask, bodies.get('request')?.body);
  return [...checks, ...rendered, ...(await answerCheck(db, call, ask, bodies.get('response')?.body))];
}

type Bodies = ReadonlyMap<string, { readonly name: string; readonly ref: string; readonly body: string }>;

async function bodiesOf(db: Database, call: ModelCallRow): Promise<Bodies> {
  const refs = { question: call.question_ref, request: call.request_ref, response: call.response_ref };
  const found = new Map<string, { name: string; ref: string; body: string }>();
  for (const [name, ref] of Object.entries(refs)) {
    if (ref !== null) found.set(name, { name, ref, body: await readPayload(db, ref) });
  }
  return found;
}

/** Of a call that the rules answered in the step itself: the facts are its question. */
function stepChecks({ contract }: ModelCallRow, bodies: Bodies): CallCheck[] {
  const [request, response] = [bodies.get('request'), bodies.get('response')];
  if (request === undefined || response === undefined || !isContractName(contract)) return [];
  const facts = z.record(z.string(), z.unknown()).parse(JSON.parse(request.body));
  const again = sha256Hex(canonicalJson(rulesAnswer(contract, facts)));
  return [{ name: 'answer', stored: response.ref, again }];
}

/** The version of the desk's rules that stood in front is the one with which the words come out the same. */
async function promptCheck(
  db: Database,
  call: ModelCallRow,
  ask: AskModel,
  requestBody: string | undefined,
): Promise<CallCheck[]> {
  const prompt = (await readPrompt(db, call.prompt_id, call.prompt_version))?.definition;
  const desks = await promptVersions(db, DESK_PROMPT);
  if (prompt === undefined || desks.length === 0) {
    const got = `${call.prompt_id}@${call.prompt_version}`;
    throw new InvalidInput([problem('PROMPT_UNKNOWN', 'call.prompt', got, 'a prompt that was registered')], 1);
  }
  const rendered = desks.map((desk) => promptFor(desk, prompt, ask));
  const same = rendered.find(({ hash }) => hash === call.prompt_hash) ?? rendered[0];
  const checks = [{ name: 'prompt', stored: call.prompt_hash, again: same?.hash ?? '' }];
  if (requestBody === undefined || ask.priorTurns !== null) return checks;
  const { system, messages } = JSON.parse(requestBody) as ModelRequest;
  const [first] = messages;
  const sent = canonicalJson([system, first?.role === 'user' ? first.text : null]);
  const again = canonicalJson([same?.system, same?.message]);
  return [...checks, { name: 'words', stored: sha256Hex(sent), again: sha256Hex(again) }];
}

const NOTHING_CAME = 'nothing came';

/** What came is read again by the same strict parser; an answer that was refused is refused with the same code. */
async function answerCheck(
  db: Database,
  call: ModelCallRow,
  ask: AskModel,
  response: string | undefined,
): Promise<CallCheck[]> {
  if (response === undefined) return [];
  const reply = modelReplySchema.parse(JSON.parse(response));
  const outcome = await outcomeOfAsk(db, call.ask_key);
  const isLast = Array.isArray(outcome?.callIds) && outcome.callIds.at(-1) === call.call_id;
  if (reply.stop === 'tools' && ask.tools !== null) {
    const stored = isLast && outcome?.kind === 'tools' ? hashOf(outcome.calls) : hashOf(reply.toolCalls);
    return [{ name: 'tool calls', stored, again: hashOf(reply.toolCalls) }];
  }
  const again = answerIn(ask, reply);
  if (call.outcome !== 'answered') return [{ name: 'answer', stored: call.outcome, again: again.code ?? 'answered' }];
  const stored = isLast && outcome?.kind === 'answer' ? hashOf(outcome.value) : NOTHING_CAME;
  return [{ name: 'answer', stored, again: again.code ?? hashOf(again.value) }];
}

function answerIn(ask: AskModel, reply: ModelReply): { readonly code: string | null; readonly value: unknown } {
  const parsed = parseAnswer(ask.contract, reply, { symbols: ask.symbols, ...ask.bounds });
  return parsed.ok ? { code: null, value: parsed.value } : { code: parsed.code, value: null };
}

const hashOf = (value: unknown): string => sha256Hex(canonicalJson(value));
