/**
 * A model's words about what an officer has decided. Nothing waits for them and nothing follows from them: no answer, a
 * late one or one that quotes a number of its own leaves everything as it is.
 */
import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { CommentaryActivities } from '../activities/officer-commentary.ts';
import type { AnswerOf } from '../schemas/llm/contracts/index.ts';
import {
  type CommentaryFacts,
  type OfficerCommentaryResult,
  officerCommentaryInputSchema,
} from '../schemas/officers/commentary.ts';
import { parseInput } from '../schemas/parse-input.ts';
import { problem } from '../schemas/problem.ts';
import { ask } from './lib/gateway.ts';
import { invalidInput, orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { OFFICER_COMMENTARY, officerCommentaryId } from './messages/officer-commentary.ts';

const book = proxyActivities<CommentaryActivities>({
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '2 minutes',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/** A commentary that comes later than this is no news any more. */
const TIMES = { timeMaxMs: 120_000, startWithinMs: 30_000 };

/** @param raw `officerCommentaryInputSchema`; the event is told by the workflow's id */
export async function officerCommentary(raw?: unknown): Promise<OfficerCommentaryResult> {
  const { workflowId } = workflowInfo();
  const input = orFail(() => parseInput(officerCommentaryInputSchema, raw ?? {}));
  const sequence = input.sequence ?? Number(workflowId.slice(OFFICER_COMMENTARY.length + 1));
  if (workflowId !== officerCommentaryId(sequence) || !Number.isSafeInteger(sequence)) {
    throw invalidInput([
      problem('INPUT_ID', 'workflowId', workflowId, `${OFFICER_COMMENTARY}:<sequence of the event>`),
    ]);
  }
  const { facts, atMs } = await orFailWithProblems(() => book.commentarySubject({ sequence }));
  if (facts === null) return { sequence, told: false, noDecision: 'EVENT_NOT_COMMENTED', callIds: [] };
  setCurrentDetails(`### ${facts.sentence}`);
  const outcome = await ask(questionOf(workflowId, facts, atMs), facts.sentence, TIMES);
  const { callIds } = outcome;
  if (outcome.kind !== 'answer') {
    const noDecision = outcome.kind === 'noDecision' ? outcome.reason : 'LLM_TOOLS_WANTED';
    return { sequence, told: false, noDecision, callIds };
  }
  const { text } = outcome.value as AnswerOf<'commentary'>;
  await book.tellCommentary({ sequence, text, callId: callIds.at(-1) ?? '' });
  return { sequence, told: true, noDecision: null, callIds };
}

const questionOf = (callKey: string, { figures, ...facts }: CommentaryFacts, asOfMs: number) => ({
  callKey,
  task: 'commentary' as const,
  contract: 'commentary' as const,
  promptId: OFFICER_COMMENTARY,
  variables: { ...facts, reasons: [...facts.reasons] },
  bounds: { figures: [...figures] },
  asOfMs,
});
