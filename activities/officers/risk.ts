/** The Risk Officer's cycle: the desk is judged, its ceilings are set, and a breach is reported at once. */
import type { VarBacktestRow } from '../../db/officers/var-backtests.ts';
import { profileOf } from '../../domain/officers/policy/effective-profile.ts';
import { type AccountBook, ceilingsToSet, type DeskBooks, deskRisk } from '../../domain/officers/risk/desk-risk.ts';
import { pastReturns } from '../../domain/officers/risk/holdings-loss.ts';
import { pastExceptions } from '../../domain/officers/risk/past-exceptions.ts';
import { type RiskAlert, riskAlert } from '../../domain/officers/risk/risk-alerts.ts';
import { symbolHoldings } from '../../domain/officers/risk/symbol-holdings.ts';
import type { CycleAnswer, CycleRequest, Told } from '../../schemas/officers/cycle.ts';
import { CEO_DEFAULTS } from '../../schemas/officers/policy-store.ts';
import { riskPortfolioSchema } from '../../schemas/officers/portfolio.ts';
import { type RiskMemory, riskMemorySchema } from '../../schemas/officers/risk-memory.ts';
import type { OfficerParts } from './parts.ts';
import { takeTurn } from './turn.ts';

/** An alert that still holds is repeated after this. */
const REPEAT_MS = 900_000;
const LEVELS: readonly unknown[] = [null, 'warning', 'critical'];

/** The last report of the Risk Officer, as the others read it; null when it does not fit the schema. */
export const riskOf = (memory: Readonly<Record<string, unknown>> | null): RiskMemory | null =>
  riskMemorySchema.safeParse(memory).data ?? null;

export function riskCycle(parts: OfficerParts, request: CycleRequest): Promise<CycleAnswer> {
  return takeTurn(parts, 'risk', request, async ({ policy, intervalMs, nowMs, tookMs }) => {
    const { store } = parts;
    const last = riskOf((await store.remembered('risk'))?.memory ?? null);
    // An earlier attempt of this request was committed, but its answer was lost: that answer holds.
    if (last?.requestId === request.requestId) return saidIn(last, request);
    const profile = policy.settings === null ? policy.profile : profileOf(policy.settings.profiles, policy.mode);
    const books = await readAll(parts, nowMs);
    const { state, ...desk } = deskRisk(books, profile, nowMs);
    const alert = riskAlert(state, policy.settings?.ceo ?? CEO_DEFAULTS);
    const isTold = isNews(alert, last, nowMs);
    const varBacktests = backtestsOf(books, last, nowMs);
    const memory: RiskMemory = {
      ...{ requestId: request.requestId, state, isTold, ...desk, accounts: [...desk.accounts] },
      ...{ level: alert.level, alerts: [...alert.alerts] },
      alertedAtMs: isTold ? nowMs : (last?.alertedAtMs ?? 0),
      backtestedDay: varBacktests[0]?.day ?? last?.backtestedDay ?? null,
    };
    const isHealthy = policy.faults.length === 0;
    const { accountId, accounts } = memory;
    const isNew = await store.commit({
      ...{ officer: 'risk', request, intervalMs, nowMs, tookMs: tookMs(), memory, varBacktests },
      inputAges: { portfolio: portfolioAge(books) },
      events: [
        { type: 'risk_state_update', payload: { ...state, accountId, accounts } },
        ...(isTold ? [{ type: 'risk_alert', payload: { ...alert, accountId, trigger: request.trigger } }] : []),
      ],
      ...(isHealthy && { ceilings: ceilingsToSet(state) }),
      reason: `risk score ${state.riskScore} of ${accountId}`,
    });
    return saidIn(isNew ? memory : (riskOf((await store.remembered('risk'))?.memory ?? null) ?? memory), request);
  });
}

/** The answer of the cycle that left this memory. */
const saidIn = ({ state, accountId, accounts, level, alerts, isTold }: RiskMemory, request: CycleRequest) => ({
  state: { ...state, accountId, accounts, alerts },
  tell: isTold ? alarm({ level, alerts }, request) : null,
});

const alarm = (alert: RiskAlert, { correlationId }: CycleRequest): Told => ({
  to: 'ceo',
  signal: 'riskAlert',
  payload: { correlationId, level: alert.level, alerts: [...alert.alerts] },
});

/** A broken connection is no reason to call the book unreadable: it is read a second time. */
async function readAll({ store }: OfficerParts, nowMs: number): Promise<DeskBooks> {
  try {
    return await store.portfolios(nowMs).catch(() => store.portfolios(nowMs));
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/** A breach that is new or worse is reported at once, one that lasts every quarter of an hour. */
function isNews(alert: RiskAlert, last: RiskMemory | null, nowMs: number): boolean {
  if (alert.level === null) return false;
  const isWorse = LEVELS.indexOf(alert.level) > LEVELS.indexOf(last?.level ?? null);
  return isWorse || nowMs - (last?.alertedAtMs ?? 0) >= REPEAT_MS;
}

const booksIn = (books: DeskBooks): readonly AccountBook[] => ('unreadable' in books ? [] : books);

/** The age of the oldest price in any book; null when a book has none. */
function portfolioAge(books: DeskBooks): number | null {
  if ('unreadable' in books) return null;
  const ages = books.map(({ portfolio }) => riskPortfolioSchema.safeParse(portfolio).data?.dataAgeMs ?? null);
  return ages.includes(null) ? null : Math.max(0, ...ages.filter((one) => one !== null));
}

/** Once a UTC day, as soon as a symbol with a history is held; of the account with the most open positions. */
function backtestsOf(books: DeskBooks, last: RiskMemory | null, nowMs: number): VarBacktestRow[] {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  if (last?.backtestedDay === day) return [];
  const [largest] = [...booksIn(books)].sort((a, b) => b.openPositions - a.openPositions);
  const portfolio = riskPortfolioSchema.safeParse(largest?.portfolio);
  if (!portfolio.success) return [];
  const holdings = symbolHoldings(portfolio.data.positions, Number(portfolio.data.equity));
  return pastExceptions(pastReturns(holdings)).map((row) => ({ day, ...row }));
}

export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
