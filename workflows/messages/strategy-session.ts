/** The face of a session: everything an operator, the API or another workflow needs to reach one. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ApprovalOutcome } from '../../schemas/approval.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Position } from '../../schemas/execution.ts';
import type { SessionLimits } from '../../schemas/risk.ts';
import type { OrderReport } from '../../schemas/session-walk.ts';
import type { SessionStatus } from '../../schemas/strategy-session.ts';

export const TRADING_QUEUE = 'trading';
export const strategySessionId = (sessionId: string): string => `strategy-session:${sessionId}`;

export type StopCommand = { reason?: string; flatten?: boolean; commandId?: string };

/** Signals, not updates: a command must be accepted even while no worker is up. */
export const pauseSignal = defineSignal<[unknown?]>('pause');
export const resumeSignal = defineSignal<[unknown?]>('resume');
export const stopSignal = defineSignal<[StopCommand?]>('stop');

/** A child tells its session that its orders are at work, refused, or have changed others (cancelled legs). */
export const orderReportedSignal = defineSignal<[OrderReport]>('orderReported');

/** Walks the next bar now and answers its decision (a list when the session has several symbols). */
export const tickUpdate = defineUpdate<Decision | readonly Decision[] | null, [unknown]>('tick');
/** Tightens limits; an attempt to loosen one is refused. */
export const adjustLimitsUpdate = defineUpdate<SessionLimits, [unknown]>('adjustLimits');

/** A person's word on one exact order that waits. Another order's hash is refused. */
export const approveOrderUpdate = defineUpdate<ApprovalOutcome, [unknown]>('approveOrder');

export const statusQuery = defineQuery<SessionStatus>('status');
export const decisionsQuery = defineQuery<readonly Decision[]>('decisions');
export const positionsQuery = defineQuery<readonly Position[]>('positions');
