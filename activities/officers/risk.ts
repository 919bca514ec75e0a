/** The Risk Officer's cycle: every account that trades in real time is judged, the worst of them speaks for the desk. */
import type { AccountPortfolio } from '../../db/officers/portfolios.ts';
import type { VarBacktestRow } from '../../db/officers/var-backtests.ts';
import { profileOf } from '../../domain/officers/policy/effective-profile.ts';
import { assessRisk } from '../../domain/officers/risk/assess-risk.ts';
import { pastReturns } from '../../domain/officers/risk/holdings-loss.ts';
import { pastExceptions } from '../../domain/officers/risk/past-exceptions.ts';
import { type RiskAlert, riskAlert } from '../../domain/officers/risk/risk-alerts.ts';
import { symbolHoldings } from '../../domain/officers/risk/symbol-holdings.ts';
import type { ModeProfile } from '../../schemas/governance.ts';
import type { CycleAnswer, CycleRequest, Told } from '../../schemas/officers/cycle.ts';
import { CEO_DEFAULTS } from '../../schemas/officers/policy-store.ts';
import { riskPortfolioSchema } from '../../schemas/officers/portfolio.ts';
import { type RiskCeilings, type RiskState, riskStateSchema } from '../../schemas/officers/risk-state.ts';
import type { OfficerParts } from './parts.ts';
import { takeTurn } from './turn.ts';

const DAY_MS = 86_400_000;
/** Below this score ceilings are those of the profile: none are set. */
const CEILINGS_FROM = 50;
/** An alert that still holds is told again after this. */
const REPEAT_MS = 900_000;
const LEVELS: readonly unknown[] = [null, 'warning', 'critical'];

type Judged = { readonly accountId: string; readonly state: RiskState };

export function riskCycle(parts: OfficerParts, request: CycleRequest): Promise<CycleAnswer> {
  return takeTurn(parts, 'risk', request, async (turn) => {
    const { store } = parts;
    const { policy, nowMs } = turn;
    const profile = policy.settings === null ? policy.profile : profileOf(policy.settings.profiles, policy.mode);
    const [read, last] = await Promise.all([readAll(parts, nowMs), store.remembered('risk')]);
    const judged = judgeAll(read, profile, nowMs);
    const worst = judged.reduce((most, one) => (one.state.riskScore > most.state.riskScore ? one : most));
    const { state } = worst;
    const accounts = judged.map((one) => ({ accountId: one.accountId, riskScore: one.state.riskScore }));
    const alert = riskAlert(state, policy.settings?.ceo ?? CEO_DEFAULTS);
    const isTold = isNews(alert, last?.memory ?? null, nowMs);
    const alertedAtMs = isTold ? nowMs : numberOf(last?.memory.alertedAtMs);
    const isHealthy = policy.faults.length === 0;
    await store.commit({
      officer: 'risk',
      request,
      nowMs,
      tookMs: turn.tookMs(),
      inputAges: { portfolio: portfolioAge(read) },
      memory: { state, accountId: worst.accountId, level: alert.level, alerts: alert.alerts, alertedAtMs },
      events: [
        { type: 'risk_state_update', payload: { ...state, accountId: worst.accountId, accounts } },
        ...(isTold
          ? [{ type: 'risk_alert', payload: { ...alert, accountId: worst.accountId, trigger: request.trigger } }]
          : []),
      ],
      ...(isHealthy && { ceilings: ceilingsOf(state) }),
      reason: `risk score ${state.riskScore} of ${worst.accountId}`,
      varBacktests: backtestsOf(read, last?.atMs ?? null, nowMs),
    });
    return {
      state: { ...state, accountId: worst.accountId, accounts, alerts: alert.alerts },
      tell: isTold ? alarm(alert, request) : null,
    };
  });
}

/** A book that cannot be read is not an empty book: then this is why. */
type Read = readonly AccountPortfolio[] | { readonly unreadable: string };

const readAll = async ({ store }: OfficerParts, nowMs: number): Promise<Read> => {
  try {
    return await store.portfolios(nowMs);
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
};

const booksOf = (read: Read): readonly AccountPortfolio[] => ('unreadable' in read ? [] : read);

/** A desk without an account has nothing at risk; a book that cannot be read has everything. */
function judgeAll(read: Read, profile: ModeProfile, asOfMs: number): readonly [Judged, ...Judged[]] {
  const judged = booksOf(read).map(({ accountId, portfolio }) => ({
    accountId,
    state: assessRisk({ portfolio, profile, asOfMs }),
  }));
  const [first, ...rest] = judged;
  if (first !== undefined) return [first, ...rest];
  if ('unreadable' in read) return [{ accountId: 'unreadable', state: unreadable(read.unreadable, profile, asOfMs) }];
  return [{ accountId: 'none', state: assessRisk({ portfolio: EMPTY, profile, asOfMs }) }];
}

function unreadable(reason: string, profile: ModeProfile, asOfMs: number): RiskState {
  const state = assessRisk({ portfolio: null, profile, asOfMs });
  return { ...state, notes: [`the book cannot be read: ${reason}`] };
}

const EMPTY = { equity: '1', dayStartEquity: '1', peakEquity: '1', dataAgeMs: 0, dataAgeMaxMs: 1, positions: [] };

/** Rounded down to a tenth of a percent: the last digits of a score are no reason for another policy. */
function ceilingsOf({ riskScore, ceilings }: RiskState): RiskCeilings | null {
  if (riskScore <= CEILINGS_FROM) return null;
  return { ...ceilings, positionFractionMax: Math.floor(ceilings.positionFractionMax * 1_000) / 1_000 };
}

/** A breach that is new or worse is told at once, one that lasts every quarter of an hour. */
function isNews(alert: RiskAlert, last: Readonly<Record<string, unknown>> | null, nowMs: number): boolean {
  if (alert.level === null) return false;
  const before = LEVELS.indexOf(last?.level);
  return LEVELS.indexOf(alert.level) > before || !(nowMs - numberOf(last?.alertedAtMs) < REPEAT_MS);
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

const alarm = (alert: RiskAlert, { correlationId }: CycleRequest): Told => ({
  to: 'ceo',
  signal: 'riskAlert',
  payload: { correlationId, level: alert.level, alerts: [...alert.alerts] },
});

const portfolioAge = (read: Read): number | null =>
  'unreadable' in read ? null : Math.max(0, ...read.map(({ portfolio }) => numberOf(portfolio.dataAgeMs)));

/** Once a UTC day, of the account with the most open positions. */
function backtestsOf(read: Read, lastAtMs: number | null, nowMs: number): VarBacktestRow[] {
  const isNewDay = lastAtMs === null || Math.floor(lastAtMs / DAY_MS) < Math.floor(nowMs / DAY_MS);
  const largest = [...booksOf(read)].sort((a, b) => b.openPositions - a.openPositions)[0];
  const portfolio = riskPortfolioSchema.safeParse(largest?.portfolio);
  if (!isNewDay || !portfolio.success) return [];
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const holdings = symbolHoldings(portfolio.data.positions, Number(portfolio.data.equity));
  return pastExceptions(pastReturns(holdings)).map((row) => ({ day, ...row }));
}

/** What the Risk Officer said last, as others read it; null when it fits nothing. */
export function riskOf(
  memory: Readonly<Record<string, unknown>> | null,
): { state: RiskState; alerts: string[] } | null {
  const state = riskStateSchema.safeParse(memory?.state);
  if (!state.success) return null;
  return { state: state.data, alerts: textsOf(memory?.alerts) };
}

export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
