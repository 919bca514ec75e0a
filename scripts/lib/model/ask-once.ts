/**
 * One question of a person through the gateway: the same budget, audit row, contract and breakers as any
 * other call. What the knowledge base has on it goes along, and only that may be cited. The activity runs in
 * this process; a question is asked anew each time.
 */
import { randomUUID } from 'node:crypto';
import { lookUpKnowledge } from '../../../db/knowledge.ts';
import type { Database } from '../../../db/tables.ts';
import { shownPassage } from '../../../domain/llm/knowledge/shown-passage.ts';
import type { AskModelInput, AskOutcome } from '../../../schemas/llm/ask-model.ts';
import { knowledgeAnswerSchema } from '../../../schemas/llm/contracts/knowledge-answer.ts';
import type { LlmSettings } from '../../../workers/llm.ts';
import type { Answer } from '../bars/answer.ts';
import { onScreen } from '../on-screen.ts';
import { askInProcess } from './ask-in-process.ts';

export async function askOnce(
  db: Database,
  settings: LlmSettings,
  question: string,
  model: string | null,
): Promise<Answer> {
  const asOfMs = Date.now();
  const passages = await passagesOn(db, question, asOfMs);
  const ask: AskModelInput = {
    callKey: `model-ask:${randomUUID()}`,
    ...{ task: 'knowledgeAnswer', contract: 'knowledgeAnswer', promptId: 'question', promptVersion: null },
    variables: { question, knowledge: { passages } },
    bounds: { documentIds: passages.map(({ documentId }) => documentId) },
    ...{ asOfMs, cache: false, model },
  };
  return told(await askInProcess(db, settings, ask));
}

const PASSAGES = 5;

async function passagesOn(db: Database, question: string, asOfMs: number) {
  const { passages } = await lookUpKnowledge(db, { question, limit: PASSAGES, asOfMs });
  return passages.map(shownPassage);
}

/** Exit code 1 where no answer came. */
function told(outcome: AskOutcome): Answer {
  const ok = outcome.kind === 'answer';
  const document = { ok, ...outcome };
  if (outcome.kind === 'tools') return { exitCode: 1, document, lines: ['it asked for tools that it was not offered'] };
  if (!ok) return { exitCode: 1, document, lines: [`no answer: ${outcome.reason} ${outcome.detail}`] };
  const { answer, citations } = knowledgeAnswerSchema.parse(outcome.value);
  const { provider, model, costMicroUsd, callIds } = outcome;
  const facts = `${provider} ${model}, ${costMicroUsd} micro-USD, call ${callIds.join(' ')}`;
  const cited = [...new Set(citations.map(({ documentId }) => documentId))];
  const sources = cited.length === 0 ? [] : [`cited: ${cited.join(', ')}`];
  return { exitCode: 0, document, lines: [...answer.split('\n'), ...sources, facts].map(onScreen) };
}
