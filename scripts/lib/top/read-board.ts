/**
 * Reads the board: the book first, then what the workflows say of the rows that are looked at. A workflow that does not
 * answer in time costs nothing but its own figures; a book that does not answer is an error.
 */
import type { Client, QueryDefinition } from '@temporalio/client';
import { intervalOf } from '../../../activities/officers/turn.ts';
import { waitingOrders } from '../../../db/approvals.ts';
import { readKillSwitch } from '../../../db/kill-switch.ts';
import { type PolicyInForce, policyInForce } from '../../../db/policies.ts';
import {
  missedSlots,
  type OfficerWord,
  type OpenRun,
  type OpenSession,
  officerWords,
  openRuns,
  openSessions,
} from '../../../db/read/board.ts';
import type { Database } from '../../../db/tables.ts';
import type { BacktestProgress } from '../../../schemas/backtest-run.ts';
import { type OfficerName, officerNameSchema } from '../../../schemas/officers/officer.ts';
import { OFFICER_DEFAULTS, type OfficerSettings } from '../../../schemas/officers/policy-store.ts';
import type { ResearchProgress } from '../../../schemas/research.ts';
import { readKillFile } from '../../../workers/kill-file.ts';
import { progressQuery as backtestProgressQuery } from '../../../workflows/messages/backtest.ts';
import { progressQuery } from '../../../workflows/messages/research.ts';
import { statusQuery } from '../../../workflows/messages/strategy-session.ts';
import { type Board, type BoardOfficer, type BoardRun, type BoardSession, saidBy } from './board.ts';

export type BoardParts = {
  readonly db: Database;
  readonly client: Client;
  /** Where the file lies that stops the desk. */
  readonly home: string;
  readonly nowMs: () => number;
};

export type Asking = {
  /** Of these workflows only; null: of all. */
  readonly workflowIds: ReadonlySet<string> | null;
  readonly withinMs: number;
};

/** Workflows asked at once. */
const LANES = 20;
const INTERVALS_MAX = 2;

/** @throws the database's own error when the book does not answer */
export async function readBoard(parts: BoardParts, asking: Asking): Promise<Board> {
  const { db, home, nowMs } = parts;
  const atMs = nowMs();
  const [policy, kill, sessions, words, missed, runs, waiting] = await Promise.all([
    policyInForce(db),
    readKillSwitch(db),
    openSessions(db),
    officerWords(db),
    missedSlots(db, atMs),
    openRuns(db),
    waitingOrders(db),
  ]);
  const ask = { client: parts.client, ...asking };
  return {
    atMs,
    mode: policy?.mode ?? null,
    policyVersion: policy?.version ?? null,
    killSwitch: readKillFile(home) ?? (kill.active ? (kill.reason ?? 'set') : null),
    sessions: await inLanes(sessions, (one) => heardSession(ask, one)),
    officers: officerNameSchema.options.map((officer) => officerOf(officer, { policy, words, missed, atMs })),
    runs: await inLanes(runs, (one) => heardRun(ask, one, atMs)),
    approvals: waiting.map((row) => ({
      decisionId: row.decision_id,
      orderHash: row.order_hash,
      workflowId: row.workflow_id,
      symbol: row.symbol,
      action: row.action,
      reason: row.reason,
      expiresAtMs: row.expires_at.getTime(),
    })),
  };
}

async function inLanes<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let from = 0; from < all.length; from += LANES) {
    done.push(...(await Promise.all(all.slice(from, from + LANES).map(work))));
  }
  return done;
}

type Ask = Asking & { readonly client: Client };

/** null: nobody asked, or nobody answered. */
async function heard<T>(ask: Ask, workflowId: string, query: QueryDefinition<T>): Promise<T | null> {
  const { client, workflowIds, withinMs } = ask;
  if (workflowIds !== null && !workflowIds.has(workflowId)) return null;
  const handle = client.workflow.getHandle(workflowId);
  return client.withDeadline(Date.now() + withinMs, () => handle.query(query)).catch(() => null);
}

async function heardSession(ask: Ask, session: OpenSession): Promise<BoardSession> {
  const status = await heard(ask, session.workflowId, statusQuery);
  if (status === null) return { ...session, state: 'open', realizedPnl: null };
  const { state, equity, drawdownFraction, realizedPnl, bars, lastDecision } = status;
  return {
    ...session,
    ...{ state, equity, drawdownFraction, realizedPnl, bars },
    lastDecision: lastDecision === null ? session.lastDecision : shortOf(lastDecision),
  };
}

const shortOf = ({ action, symbol, asOfMs, noDecision }: NonNullable<BoardSession['lastDecision']>) => ({
  action,
  symbol,
  asOfMs,
  noDecision,
});

async function heardRun(ask: Ask, run: OpenRun, atMs: number): Promise<BoardRun> {
  const { runId, workflowId, kind } = run;
  const silent = { runId, workflowId, kind, state: 'running', progressFraction: null, endsAtMs: null, bestScore: null };
  if (kind === 'backtest') {
    const progress = await heard(ask, workflowId, backtestProgressQuery);
    return progress === null ? silent : { ...silent, ...backtestProgress(progress, run, atMs) };
  }
  const progress = await heard(ask, workflowId, progressQuery);
  return progress === null ? silent : { ...silent, ...stepProgress(progress) };
}

const fractionOf = (done: number, all: number): number | null => (all > 0 ? Math.min(1, done / all) : null);

const stepProgress = ({ state, step, steps, endsAtMs, bestScore }: ResearchProgress) => ({
  state,
  progressFraction: fractionOf(step, steps),
  endsAtMs,
  bestScore,
});

/** It ends when the rest takes as long a bar as what is done. */
function backtestProgress({ state, bars }: BacktestProgress, run: OpenRun, atMs: number) {
  const progressFraction = fractionOf(bars, run.bars);
  const isUnderWay = progressFraction !== null && progressFraction > 0;
  const endsAtMs = isUnderWay ? Math.round(run.startedAtMs + (atMs - run.startedAtMs) / progressFraction) : null;
  return { state, progressFraction, endsAtMs };
}

const FLAGS = {
  ceo: 'enableAiCeo',
  risk: 'enableAiRiskOfficer',
  strategy: 'enableAiStrategyOfficer',
  federation: null,
} as const satisfies Record<OfficerName, keyof OfficerSettings | null>;

type Known = {
  readonly policy: PolicyInForce | undefined;
  readonly words: readonly OfficerWord[];
  readonly missed: Readonly<Record<string, number>>;
  readonly atMs: number;
};

function officerOf(officer: OfficerName, { policy, words, missed, atMs }: Known): BoardOfficer {
  const settings = policy?.settings?.officers ?? OFFICER_DEFAULTS;
  const word = words.find((one) => one.officer === officer);
  const flag = FLAGS[officer];
  const ageMs = word === undefined ? null : Math.max(0, atMs - word.saidAtMs);
  return {
    officer,
    enabled: flag === null || settings[flag],
    ...(word === undefined ? { says: null, score: null } : saidBy(word)),
    ageMs,
    stale: ageMs === null || ageMs > INTERVALS_MAX * intervalOf(settings, officer),
    missed: missed[officer] ?? 0,
  };
}
