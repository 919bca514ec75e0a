/** What `npm run replay` answers: finds out what an id means, replays it, and says what is the same. */
import { placeOfDecision } from '../../../db/decisions.ts';
import { type ModelCallRow, readCall } from '../../../db/llm/calls.ts';
import { readPayload } from '../../../db/llm/payloads.ts';
import { readSession } from '../../../db/sessions.ts';
import type { Database } from '../../../db/tables.ts';
import type { Decision } from '../../../schemas/decision.ts';
import type { AdviceOutcome } from '../../../schemas/llm/advice-slot.ts';
import { askModelSchema } from '../../../schemas/llm/ask-model.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import type { LlmSettings } from '../../../workers/llm.ts';
import type { Answer } from '../bars/answer.ts';
import { replayCall } from './replay-call.ts';
import { decideOtherwise, replayDecisions, type Wanted } from './replay-decisions.ts';
import { asker, changeOf, isWhatIf, type WhatIf } from './what-if.ts';

/** @throws InvalidInput (exit code 1) RECORD_UNKNOWN, REPLAY_NO_RECORD, RECORD_CHANGED; DATA_CHANGED */
export async function replayAnswer(
  db: Database,
  settings: () => LlmSettings,
  id: string,
  whatIf: WhatIf,
): Promise<Answer> {
  const call = await readCall(db, id);
  if (call !== undefined) return isWhatIf(whatIf) ? callOtherwise(db, settings, call, whatIf) : callAgain(db, call);
  const wanted = await wantedOf(db, id);
  return isWhatIf(whatIf) ? otherwise(db, settings, wanted, whatIf) : again(db, wanted);
}

async function wantedOf(db: Database, id: string): Promise<Wanted> {
  const place = await placeOfDecision(db, id);
  if (place !== undefined) return place;
  if ((await readSession(db, id)) !== undefined) return { sessionId: id };
  const expected = 'a decision that a session made, a session, or a model call of this desk';
  throw new InvalidInput([problem('RECORD_UNKNOWN', 'id', id, expected)], 1);
}

async function again(db: Database, wanted: Wanted): Promise<Answer> {
  const replayed = await replayDecisions(db, wanted);
  const first = replayed.find(({ difference }) => difference !== null);
  const { stored, storedHash, replayedHash } = first ?? replayed[0] ?? {};
  const facts = { whatIf: false, decisions: replayed.length, same: replayed.filter((one) => !one.difference).length };
  const hashes = { decisionId: stored?.decisionId ?? null, storedHash, replayedHash };
  const one = wanted.sequence === undefined ? {} : { decision: replayed[0]?.replayed ?? null };
  const document = { ok: first === undefined, ...facts, ...hashes, difference: first?.difference ?? null, ...one };
  if (first === undefined) {
    const what = wanted.sequence === undefined ? `${replayed.length} decisions` : lineOf(stored);
    return { exitCode: 0, document, lines: [`the same, byte by byte: ${what}`, `sha256 ${storedHash}`] };
  }
  const { path = '', before, after } = first.difference ?? {};
  const lines = [
    `NOT the same: ${facts.decisions - facts.same} of ${facts.decisions} decisions`,
    `first: ${first.stored.decisionId} at ${path || 'the whole'}`,
    `  stored   ${JSON.stringify(before)}`,
    `  replayed ${JSON.stringify(after)}`,
  ];
  return { exitCode: 1, document, lines };
}

async function otherwise(db: Database, settings: () => LlmSettings, wanted: Wanted, whatIf: WhatIf): Promise<Answer> {
  const advices: AdviceOutcome[] = [];
  const change = changeOf(whatIf, asker(db, settings), (advice) => advices.push(advice));
  const found = await decideOtherwise(db, wanted, change);
  const changed = found.filter((one) => factsOf(one.stored) !== factsOf(one.otherwise));
  const document = { ok: true, whatIf: true, assumed: whatIf, decisions: found.length, changed, advices };
  const shown = wanted.sequence === undefined ? changed.slice(0, LINES_MAX) : found;
  const lines = [
    `WHAT IF, written nowhere: ${JSON.stringify(whatIf)}`,
    `${changed.length} of ${found.length} decisions would have been another, each from the account as it stood`,
    ...shown.flatMap((one) => [`was   ${lineOf(one.stored)}`, `would ${lineOf(one.otherwise)}`]),
  ];
  return { exitCode: 0, document, lines };
}

const LINES_MAX = 20;

/** What counts in a decision: not the name it bears. */
function factsOf(decision: Decision | null): string {
  if (decision === null) return '';
  const { decisionId: _id, sequence: _sequence, orderHash: _hash, policyVersion: _version, ...facts } = decision;
  return JSON.stringify(facts);
}

function lineOf(decision: Decision | null | undefined): string {
  if (decision == null) return 'nothing is decided: an answer is awaited';
  const { symbol, asOfMs, action, sizeFraction, confidence, noDecision, verdict } = decision;
  const word = verdict === null ? '' : verdict.approved ? ', approved' : `, refused: ${verdict.reasons[0]?.message}`;
  const why = noDecision === null ? '' : ` (${noDecision})`;
  const at = new Date(asOfMs).toISOString();
  return `${symbol} ${at} ${action}${why}, size ${sizeFraction}, confidence ${confidence}${word}`;
}

async function callAgain(db: Database, call: ModelCallRow): Promise<Answer> {
  const checks = (await replayCall(db, call)).map((one) => ({ ...one, same: one.stored === one.again }));
  const ok = checks.every(({ same }) => same);
  const { call_id: callId, model, outcome } = call;
  const document = { ok, whatIf: false, callId, model, outcome, checks };
  const lines = checks.map(
    ({ name, stored, again: now, same }) =>
      `${same ? 'same' : 'NOT the same'}  ${name}: ${stored}${same ? '' : `, now ${now}`}`,
  );
  return { exitCode: ok ? 0 : 1, document, lines: [`call ${callId} of ${model}: ${outcome}`, ...lines] };
}

async function callOtherwise(
  db: Database,
  settings: () => LlmSettings,
  call: ModelCallRow,
  { model, prompt, limits }: WhatIf,
): Promise<Answer> {
  if (call.question_ref === null || Object.keys(limits).length > 0) {
    const expected = 'the id of its decision: this call has no question of its own to ask again';
    throw new InvalidInput([problem('REPLAY_NO_RECORD', 'id', call.call_id, expected)], 1);
  }
  const ask = askModelSchema.parse(JSON.parse(await readPayload(db, call.question_ref)));
  const version = { promptId: prompt?.promptId ?? ask.promptId, promptVersion: prompt?.version ?? call.prompt_version };
  const outcome = await asker(db, settings)({ ...ask, ...version, model: model ?? call.model });
  const value = outcome.kind === 'answer' ? outcome.value : outcome;
  const document = { ok: true, whatIf: true, assumed: { model, prompt }, callId: call.call_id, outcome };
  return { exitCode: 0, document, lines: ['WHAT IF, asked anew and written into no book', JSON.stringify(value)] };
}
