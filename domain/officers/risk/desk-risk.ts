/**
 * The risk of the desk: every account that trades in real time is judged by itself, and the
 * worst of them speaks for all, with the deepest fall of the day of any. A book that cannot be
 * read is not an empty one: it has everything at risk.
 */
import type { ModeProfile } from '../../../schemas/governance.ts';
import type { RiskCeilings, RiskState } from '../../../schemas/officers/risk-state.ts';
import { decimalText, toDecimal, ZERO } from '../../decimal.ts';
import { assessRisk } from './assess-risk.ts';

export type AccountBook = {
  readonly accountId: string;
  /** Decimal text. */
  readonly equity: string;
  readonly openPositions: number;
  /** Whatever was read, in the shape of `riskPortfolioSchema`. */
  readonly portfolio: unknown;
};
export type DeskBooks = readonly AccountBook[] | { readonly unreadable: string };

export type DeskRisk = {
  readonly state: RiskState;
  /** Whose state it is. */
  readonly accountId: string;
  readonly accounts: readonly { readonly accountId: string; readonly riskScore: number }[];
  /** Of all accounts; null when one of them cannot be read. */
  readonly equityUsd: string | null;
  readonly openPositions: number;
};

type Judged = { readonly accountId: string; readonly state: RiskState };

export function deskRisk(books: DeskBooks, profile: ModeProfile, asOfMs: number): DeskRisk {
  const judged = judgeAll(books, profile, asOfMs);
  const worst = judged.reduce((most, one) => (isWorse(one.state, most.state) ? one : most));
  const read = 'unreadable' in books ? [] : books;
  return {
    state: withDeepestFall(worst.state, judged),
    accountId: worst.accountId,
    accounts: judged.map(({ accountId, state }) => ({ accountId, riskScore: state.riskScore })),
    equityUsd: worst.state.portfolioKnown ? decimalText(totalEquity(read)) : null,
    openPositions: read.reduce((sum, one) => sum + one.openPositions, 0),
  };
}

const totalEquity = (books: readonly AccountBook[]) =>
  books.reduce((sum, { equity }) => sum.plus(toDecimal(equity)), ZERO);

/** One that is not known is worse than any score. */
function isWorse(one: RiskState, other: RiskState): boolean {
  if (one.portfolioKnown !== other.portfolioKnown) return other.portfolioKnown;
  return one.riskScore > other.riskScore;
}

/** A desk without an account has nothing at risk. */
function judgeAll(books: DeskBooks, profile: ModeProfile, asOfMs: number): readonly [Judged, ...Judged[]] {
  if ('unreadable' in books) return [{ accountId: 'unreadable', state: unreadable(books.unreadable, profile, asOfMs) }];
  const judged = books.map(({ accountId, portfolio }) => ({
    accountId,
    state: assessRisk({ portfolio, profile, asOfMs }),
  }));
  const [first, ...rest] = judged;
  if (first !== undefined) return [first, ...rest];
  return [{ accountId: 'none', state: assessRisk({ portfolio: EMPTY, profile, asOfMs }) }];
}

const EMPTY = { equity: '1', dayStartEquity: '1', peakEquity: '1', dataAgeMs: 0, dataAgeMaxMs: 1, positions: [] };

function unreadable(reason: string, profile: ModeProfile, asOfMs: number): RiskState {
  const state = assessRisk({ portfolio: null, profile, asOfMs });
  return { ...state, notes: [`the book cannot be read: ${reason}`] };
}

function withDeepestFall(state: RiskState, judged: readonly Judged[]): RiskState {
  if (!state.portfolioKnown) return state;
  const falls = judged.map((one) => one.state.drawdownDailyFraction ?? 0);
  return { ...state, drawdownDailyFraction: Math.max(...falls) };
}

/** Below this score ceilings are those of the profile: none are set. */
const CEILINGS_FROM = 50;

/** Rounded down to a tenth of a percent: the last digits of a score are no reason for another policy. */
export function ceilingsToSet({ riskScore, ceilings }: RiskState): RiskCeilings | null {
  if (riskScore <= CEILINGS_FROM) return null;
  return { ...ceilings, positionFractionMax: Math.floor(ceilings.positionFractionMax * 1_000) / 1_000 };
}
