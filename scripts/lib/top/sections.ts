/** The four tables of the board, in the order in which they stand on the screen. Words and figures only; no colours. */
import { toDecimal } from '../../../domain/decimal.ts';
import {
  approvalKey,
  type Board,
  type BoardApproval,
  type BoardOfficer,
  type BoardRun,
  type BoardSession,
  runKey,
  sessionKey,
} from './board.ts';
import type { Column } from './table.ts';

/** How a row is to catch the eye. */
export type Tone = 'plain' | 'quiet' | 'warning' | 'alarm';

export type SectionRow = {
  /** null: no key can be pressed on it. */
  readonly key: string | null;
  readonly cells: readonly string[];
  readonly tone: Tone;
};

export type Section = {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly SectionRow[];
};

const BAR_SIGNS = 12;
const DRAWDOWN_ALARM = 0.04;
const NOTHING = '-';

const right = (title: string): Column => ({ title, align: 'right' });
const cut = (title: string): Column => ({ title, shrinks: true });
const spare = (title: string): Column => ({ title, spare: true });

export const sectionsOf = ({ atMs, sessions, officers, runs, approvals }: Board): Section[] => [
  {
    title: `Sessions ${sessions.length}`,
    columns: [
      ...[cut('session'), { title: 'state' }, { title: 'mode' }, right('equity'), right('drawdown'), right('P&L')],
      ...[right('bars'), cut('last decision'), spare('strategy'), spare('account')],
    ],
    rows: sessions.map(sessionRow),
  },
  {
    title: `Officers ${officers.length}`,
    columns: [{ title: 'officer' }, cut('says'), right('score'), right('last word'), right('missed'), { title: '' }],
    rows: officers.map(officerRow),
  },
  {
    title: `Runs ${runs.length}`,
    columns: [
      cut('run'),
      { title: 'state' },
      { title: 'progress' },
      right('ends in'),
      right('best'),
      { title: 'kind' },
    ],
    rows: runs.map((one) => runRow(one, atMs)),
  },
  {
    title: `Approvals ${approvals.length}`,
    columns: [{ title: 'order' }, right('expires in'), cut('decision'), cut('reason')],
    rows: approvals.map((one) => approvalRow(one, atMs)),
  },
];

function sessionRow(one: BoardSession): SectionRow {
  const { state, drawdownFraction } = one;
  const isDeep = drawdownFraction !== null && drawdownFraction >= DRAWDOWN_ALARM;
  return {
    key: sessionKey(one),
    tone: isDeep ? 'alarm' : state === 'running' ? 'plain' : state === 'open' ? 'quiet' : 'warning',
    cells: [
      ...[one.sessionId, state, one.tradingMode, money(one.equity), percent(drawdownFraction)],
      ...[one.realizedPnl === null ? NOTHING : money(one.realizedPnl), String(one.bars), decisionText(one)],
      ...[one.strategyId, one.accountId],
    ],
  };
}

function decisionText({ lastDecision }: BoardSession): string {
  if (lastDecision === null) return NOTHING;
  const { action, symbol, asOfMs, noDecision } = lastDecision;
  const at = new Date(asOfMs).toISOString().slice(0, 16).replace('T', ' ');
  return `${noDecision ?? action} ${symbol} ${at}`;
}

const officerRow = ({ officer, enabled, says, score, ageMs, stale, missed }: BoardOfficer): SectionRow => ({
  key: null,
  tone: !enabled ? 'quiet' : stale ? 'alarm' : missed > 0 ? 'warning' : 'plain',
  cells: [
    ...[officer, says ?? NOTHING, score === null ? NOTHING : score.toFixed(1)],
    ...[ageMs === null ? 'never' : durationText(ageMs), String(missed), !enabled ? 'off' : stale ? 'stale' : ''],
  ],
});

const runRow = (one: BoardRun, atMs: number): SectionRow => ({
  key: runKey(one),
  tone: one.state === 'running' ? 'plain' : 'warning',
  cells: [
    ...[one.runId, one.state, progressBar(one.progressFraction)],
    ...[one.endsAtMs === null ? NOTHING : durationText(one.endsAtMs - atMs)],
    ...[one.bestScore === null ? NOTHING : one.bestScore.toFixed(3), one.kind],
  ],
});

const approvalRow = (one: BoardApproval, atMs: number): SectionRow => ({
  key: approvalKey(one),
  tone: 'warning',
  cells: [
    ...[`${one.action} ${one.symbol}`, durationText(one.expiresAtMs - atMs), one.decisionId, one.reason ?? NOTHING],
  ],
});

/** `[####........]  33 %`. */
export function progressBar(fraction: number | null): string {
  if (fraction === null) return NOTHING;
  const done = Math.floor(fraction * BAR_SIGNS);
  return `[${'#'.repeat(done)}${'.'.repeat(BAR_SIGNS - done)}] ${String(Math.floor(fraction * 100)).padStart(3)} %`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** The two largest units: `2h 5m`; what is over is `0s`. */
export function durationText(ms: number): string {
  const at = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  const [first, second] = at < 0 ? [] : UNITS.slice(at);
  if (first === undefined) return '0s';
  const head = `${Math.floor(ms / first[1])}${first[0]}`;
  return second === undefined ? head : `${head} ${Math.floor((ms % first[1]) / second[1])}${second[0]}`;
}

const money = (text: string): string => toDecimal(text).toFixed(2);
const percent = (fraction: number | null): string => (fraction === null ? NOTHING : `${(100 * fraction).toFixed(2)} %`);
