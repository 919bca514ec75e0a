/**
 * The desk on one screen, as `npm run top` reads and prints it. Money is
 * decimal text, instants epoch ms, fractions 0 to 1.
 */
import type { LastDecision, OfficerWord } from '../../../db/read/board.ts';
import type { OfficerName } from '../../../schemas/officers/officer.ts';

export type BoardSession = {
  readonly sessionId: string;
  readonly workflowId: string;
  readonly accountId: string;
  readonly strategyId: string;
  readonly tradingMode: string;
  /** As its workflow says; `open` when no worker answers: then the figures are those of the book. */
  readonly state: string;
  readonly equity: string;
  readonly drawdownFraction: number | null;
  /** Realised; null: its workflow was not heard. */
  readonly realizedPnl: string | null;
  readonly bars: number;
  readonly lastDecision: LastDecision | null;
};

export type BoardOfficer = {
  readonly officer: OfficerName;
  readonly enabled: boolean;
  /** The mode, the risk level, the primary strategy: what it chose; null before its first word. */
  readonly says: string | null;
  /** The risk score, of those who tell one. */
  readonly score: number | null;
  readonly ageMs: number | null;
  /** Not heard for more than two of its intervals. */
  readonly stale: boolean;
  /** Slots of the last 24 hours. */
  readonly missed: number;
};

export type BoardRun = {
  readonly runId: string;
  readonly workflowId: string;
  readonly kind: string;
  /** `running` also when no worker answers. */
  readonly state: string;
  /** null: not known. */
  readonly progressFraction: number | null;
  readonly endsAtMs: number | null;
  readonly bestScore: number | null;
};

export type BoardApproval = {
  readonly decisionId: string;
  readonly orderHash: string;
  readonly workflowId: string | null;
  readonly symbol: string;
  readonly action: string;
  readonly reason: string | null;
  readonly expiresAtMs: number;
};

export type Board = {
  readonly atMs: number;
  readonly mode: string | null;
  readonly policyVersion: number | null;
  /** Why nothing is sent; null: the kill switch is off. */
  readonly killSwitch: string | null;
  readonly sessions: readonly BoardSession[];
  readonly officers: readonly BoardOfficer[];
  readonly runs: readonly BoardRun[];
  readonly approvals: readonly BoardApproval[];
};

/** A row that a key can be pressed on. Its key names exactly what is meant: of an approval the order's hash, too. */
export type Row = { readonly key: string } & (
  | { readonly kind: 'session'; readonly of: BoardSession }
  | { readonly kind: 'run'; readonly of: BoardRun }
  | { readonly kind: 'approval'; readonly of: BoardApproval }
);

export const sessionKey = ({ workflowId }: BoardSession): string => workflowId;
export const runKey = ({ runId }: BoardRun): string => `run ${runId}`;
export const approvalKey = ({ decisionId, orderHash }: BoardApproval): string => `approval ${decisionId} ${orderHash}`;

/** From the top of the screen to its bottom. */
export const rowsOf = ({ sessions, runs, approvals }: Board): Row[] => [
  ...sessions.map((of) => ({ key: sessionKey(of), kind: 'session' as const, of })),
  ...runs.map((of) => ({ key: runKey(of), kind: 'run' as const, of })),
  ...approvals.map((of) => ({ key: approvalKey(of), kind: 'approval' as const, of })),
];

type Said = Pick<BoardOfficer, 'says' | 'score'>;

/** The few words of an officer's memory that fit on a line; a memory of another shape says nothing. */
export function saidBy({ memory }: Pick<OfficerWord, 'memory'>): Said {
  const state = isFields(memory.state) ? memory.state : memory;
  const words = [state.mode, state.globalMode, state.riskLevel, state.primary];
  return {
    says: words.find((word): word is string => typeof word === 'string') ?? null,
    score: typeof state.riskScore === 'number' ? state.riskScore : null,
  };
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
