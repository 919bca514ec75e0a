/** The analyst's half of queue `research`: where the ports of the tools are chosen and wired. */
import { createAnalystActivities } from '../activities/analyst.ts';
import { deskMarketData } from '../adapters/market-data/desk-market-data.ts';
import { loadCompliance, loadGovernance } from '../config/policy-files.ts';
import { barReaders } from '../db/bar-readers.ts';
import { quarantineReasons } from '../db/data-sets.ts';
import { lookUpKnowledge } from '../db/knowledge.ts';
import { readKnownBars } from '../db/known-bars.ts';
import { lookAtRisk } from '../db/llm/risk-look.ts';
import { takePlaces } from '../db/llm/screening-places.ts';
import { createToolLog } from '../db/llm/tool-calls.ts';
import { reviewTrade } from '../db/llm/trade-review.ts';
import { lookAtNews } from '../db/news.ts';
import { positionsOfAccount } from '../db/positions.ts';
import { rememberStrategy } from '../db/strategies.ts';
import type { Database } from '../db/tables.ts';
import { profileOf } from '../domain/officers/policy/effective-profile.ts';
import { sessionLimitsSchema } from '../schemas/risk.ts';
import { readKillFile } from './kill-file.ts';

export type AnalystWiring = {
  readonly db: Database;
  /** Folder of governance.yaml and compliance.yaml. */
  readonly configFolder: string;
  /** Where the file lies that stops the desk. */
  readonly home: string;
  /** Wall time. @default Date.now */
  readonly nowMs?: () => number;
};

/** @throws InvalidInput when config/*.yaml is wrong */
export function analystActivities({ db, configFolder, home, nowMs = Date.now }: AnalystWiring) {
  const { startMode, profiles, desk } = loadGovernance(configFolder);
  const compliance = loadCompliance(configFolder);
  const quarantined = (symbols: readonly string[], intervalMs: number) => quarantineReasons(db, symbols, intervalMs);
  const killFile = () => readKillFile(home);
  const market = deskMarketData(barReaders(db));
  return createAnalystActivities({
    bars: (request) => readKnownBars(db, request),
    risk: (request) => lookAtRisk(db, { desk, compliance, quarantined, killFile }, request),
    news: (request) => lookAtNews(db, request),
    knowledge: (request) => lookUpKnowledge(db, request),
    rules: {
      mode: startMode,
      profile: profileOf(profiles, startMode),
      limits: sessionLimitsSchema.parse({}),
      desk,
      compliance,
    },
    log: createToolLog(db),
    keepStrategy: (strategyId, definition) =>
      rememberStrategy(db, { strategyId, definition, promoted: false, health: 'unknown' }),
    reviewTrade: (tradeId, atMs) => reviewTrade(db, tradeId, atMs, market.load),
    quarantined,
    held: (accountId) => heldSymbols(db, accountId),
    takePlaces: (request) => takePlaces(db, request),
    nowMs,
  });
}

async function heldSymbols(db: Database, accountId: string): Promise<ReadonlySet<string>> {
  const positions = await positionsOfAccount(db, accountId);
  return new Set(positions.filter(({ quantity }) => Number(quantity) !== 0).map(({ symbol }) => symbol));
}
