/**
 * The messages of a session. Signals only set flags (they must work in any order and while no worker is up);
 * updates validate synchronously and are answered by the main loop.
 */
import { type CancellationScope, condition, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import { z } from 'zod';
import { cutText } from '../../schemas/cut-text.ts';
import type { Decision } from '../../schemas/decision.ts';
import { parseInput } from '../../schemas/parse-input.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { type SessionLimits, sessionLimitsSchema } from '../../schemas/risk.ts';
import { type OrderReport, orderReportSchema } from '../../schemas/session-walk.ts';
import { storableText } from '../../schemas/storable-text.ts';
import { invalidInput, orFail } from '../lib/invalid-input.ts';
import * as face from '../messages/strategy-session.ts';
import { opening } from './activities.ts';
import { answerOrder, answerProblems, type GivenAnswer, parseAnswer } from './held-orders.ts';
import { type SessionCarry, statusOf, warn } from './session-state.ts';

export type Tick = { answer: readonly Decision[] | null };

/** What handlers leave for the main loop. */
export type Inbox = {
  ticks: Tick[];
  unknownSignals: string[];
  orderReports: Map<string, OrderReport>;
  /** Open children of this run: the client order ids of each that have not reached a final state. */
  children: Map<string, Set<string>>;
  /** Open questions about proposals, one scope for each instant. */
  assessing: Set<CancellationScope>;
  /** A person has sent `stop`, even if the session had stopped for another reason before. */
  stopAsked: boolean;
  /** A child has ended since a session of pairs last looked whether both of its legs are there. */
  childEnded: boolean;
  /** When the last signal of a person or a tool came, in workflow time. */
  heardAtMs: number;
  /** Answers of people for orders that wait, not yet dealt with. */
  answers: GivenAnswer[];
};

export const emptyInbox = (): Inbox => ({
  ticks: [],
  unknownSignals: [],
  orderReports: new Map(),
  children: new Map(),
  assessing: new Set(),
  stopAsked: false,
  childEnded: false,
  heardAtMs: Number.NEGATIVE_INFINITY,
  answers: [],
});

const hear = (inbox: Inbox): void => {
  inbox.heardAtMs = Date.now();
};

export function listen(carry: SessionCarry, inbox: Inbox): void {
  listenToSignals(carry, inbox);
  listenToUpdates(carry, inbox);
  setHandler(face.statusQuery, () => statusOf(carry), { description: 'State and figures of the session.' });
  setHandler(face.decisionsQuery, () => [...carry.decisions], { description: 'The last 20 decisions, oldest first.' });
  setHandler(face.positionsQuery, () => [...carry.positions], { description: 'Open positions of the session.' });
}

function listenToSignals(carry: SessionCarry, inbox: Inbox): void {
  const pause = () => {
    hear(inbox);
    carry.paused = true;
  };
  const resume = () => {
    hear(inbox);
    carry.paused = false;
  };
  setHandler(face.pauseSignal, pause, { description: 'Stops deciding before the next bar, until resume.' });
  setHandler(face.resumeSignal, resume, { description: 'Goes on after a pause.' });
  const stop = (command: unknown) => {
    hear(inbox);
    inbox.stopAsked = true;
    requestStop(carry, command);
  };
  setHandler(face.stopSignal, stop, {
    description: 'Finishes the step, optionally flattens, writes the report: {"reason","flatten"}.',
  });
  setHandler(face.orderReportedSignal, (report) => noteReport(carry, inbox, report), {
    description: 'Internal: a child workflow tells what became of its orders.',
  });
  setDefaultSignalHandler((name) => {
    hear(inbox);
    warn(carry, `unknown signal ${name}`);
    inbox.unknownSignals.push(name);
  });
}

/** Records signals that this session does not know, outside of its handlers. */
export async function noteUnknownSignals(carry: SessionCarry, inbox: Inbox): Promise<void> {
  const names = inbox.unknownSignals.splice(0);
  if (names.length > 0) await opening.recordUnknownSignals({ handle: carry.handle, names });
}

/** A signal must never throw: what is not a report becomes a warning. */
function noteReport(carry: SessionCarry, inbox: Inbox, raw: unknown): void {
  const report = orderReportSchema.safeParse(raw);
  if (report.success) inbox.orderReports.set(report.data.decisionId, report.data);
  else warn(carry, 'a signal orderReported that is no report was ignored');
}

/** The first stop wins; a malformed one still stops, without flattening. */
function requestStop(carry: SessionCarry, command: unknown): void {
  if (carry.stop !== null) return;
  const fields: face.StopCommand = typeof command === 'object' && command !== null ? command : {};
  const reason = typeof fields.reason === 'string' ? cutText(storableText(fields.reason), 500) : 'asked to stop';
  carry.stop = { by: 'signal', reason, flatten: fields.flatten === true };
}

function listenToUpdates(carry: SessionCarry, inbox: Inbox): void {
  setHandler(face.tickUpdate, () => tick(inbox), {
    validator: (argument) => refuse([...closedProblems(carry), ...fieldsNotEmpty(argument)]),
    description: 'Walks the next bar now, even while paused, and answers its decision.',
  });
  setHandler(face.adjustLimitsUpdate, (argument) => adjustLimits(carry, argument), {
    validator: (argument) => refuse([...closedProblems(carry), ...loosened(carry, argument)]),
    description: 'Tightens limits: {"limits":{"positionsMax":5}}. Loosening is refused.',
  });
  setHandler(face.approveOrderUpdate, (argument) => answerOrder(inbox, argument), {
    validator: (argument) => refuse([...closedProblems(carry), ...answerProblems(carry, parseAnswer(argument))]),
    description: 'Answers for an order that waits: {"decisionId","orderHash","approve","by"}.',
  });
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalidInput(problems);
}

const closedProblems = (carry: SessionCarry): Problem[] =>
  carry.stop === null ? [] : [problem('SESSION_CLOSED', '', carry.stop.reason, 'a session that is not stopping')];

function fieldsNotEmpty(argument: unknown): Problem[] {
  const keys = typeof argument === 'object' && argument !== null ? Object.keys(argument) : [];
  return keys.map((key) => problem('INPUT_UNKNOWN_FIELD', key, key, 'no fields'));
}

async function tick(inbox: Inbox): Promise<Decision | readonly Decision[] | null> {
  const asked: Tick = { answer: null };
  inbox.ticks.push(asked);
  await condition(() => asked.answer !== null);
  const answer = asked.answer ?? [];
  return answer.length === 1 ? (answer[0] ?? null) : answer;
}

const adjustmentSchema = z.strictObject({
  limits: z
    .strictObject({
      positionFractionMax: z.number().gt(0).max(1),
      positionsMax: z.number().int().min(1),
      dailyLossMaxUsd: z.number().gt(0),
      confidenceMin: z.number().min(0).max(1),
    })
    .partial(),
});

const parseAdjustment = (argument: unknown) => orFail(() => parseInput(adjustmentSchema, argument ?? {}));

const ADJUSTABLE = adjustmentSchema.shape.limits.keyof().options;

/** Limits that would be looser than now: a higher maximum, a lower minimum of confidence. */
function loosened(carry: SessionCarry, argument: unknown): Problem[] {
  const { limits } = parseAdjustment(argument);
  return ADJUSTABLE.flatMap((name) => {
    const [asked, now] = [limits[name], carry.input.limits[name]];
    if (asked === undefined || !(name === 'confidenceMin' ? asked < now : asked > now)) return [];
    return [problem('LIMIT_LOOSENED', `limits.${name}`, asked, `a tighter limit than ${now}`)];
  });
}

function adjustLimits(carry: SessionCarry, argument: unknown): SessionLimits {
  const { limits } = parseAdjustment(argument);
  carry.input = { ...carry.input, limits: sessionLimitsSchema.parse({ ...carry.input.limits, ...limits }) };
  return carry.input.limits;
}
