/** What a question comes to: an answer, tools that are wanted first, or no decision; with what all its calls cost. */
import type { ModelCallRow } from '../../db/llm/calls.ts';
import { cutText } from '../../schemas/cut-text.ts';
import type { AskOutcome } from '../../schemas/llm/ask-model.ts';
import type { Problem } from '../../schemas/problem.ts';
import { type Asking, isContaminated } from './asking.ts';
import { storeTurns } from './conversation.ts';
import type { Charge } from './one-call.ts';
import type { GatewayParts } from './parts.ts';
import type { Turn } from './request-turn.ts';

export type Replied = Extract<Turn, { kind: 'replied' }>;
export type Refused = { readonly code: string; readonly problems: readonly Problem[] };

export const chargeOf = ({ call_id: callId, cost_micro_usd: costMicroUsd, contaminated }: ModelCallRow): Charge => ({
  callId,
  costMicroUsd,
  contaminated,
});

export const answerOf = (asking: Asking, turn: Replied, value: unknown, charges: readonly Charge[]): AskOutcome => ({
  ...{ kind: 'answer', value, cached: false },
  ...told(asking, turn, charges),
});

export async function toolsWanted(
  parts: GatewayParts,
  asking: Asking,
  turn: Replied,
  charges: readonly Charge[],
): Promise<AskOutcome> {
  const turnsRef = await storeTurns(parts, asking.conversation, turn);
  const { toolCallsMax: callsMax } = parts;
  return { kind: 'tools', calls: turn.reply.toolCalls, turnsRef, callsMax, ...told(asking, turn, charges) };
}

const told = ({ ask, chosen: { prompt } }: Asking, { record }: Replied, charges: readonly Charge[]) => ({
  ...spent(charges),
  provider: record.provider,
  model: record.id,
  promptId: prompt.id,
  promptVersion: prompt.version,
  contaminated: isContaminated(ask, record),
});

export const refused = ({ code, problems }: Refused, charges: readonly Charge[]): AskOutcome =>
  noDecision(code, problems.map(({ message }) => message).join('; '), charges);

const DETAIL_LENGTH_MAX = 1_000;

export const noDecision = (reason: string, detail: string, charges: readonly Charge[]): AskOutcome => ({
  ...{ kind: 'noDecision', reason, detail: cutText(detail, DETAIL_LENGTH_MAX) },
  ...spent(charges),
  ...(charges.some((one) => one.contaminated) ? { contaminated: true } : {}),
});

/** Over all calls of the question, those of former attempts included. */
const spent = (charges: readonly Charge[]) => ({
  callIds: charges.map(({ callId }) => callId),
  costMicroUsd: charges.reduce((sum, one) => sum + one.costMicroUsd, 0),
});
