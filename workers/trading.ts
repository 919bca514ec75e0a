/** Queue `trading`: sessions and orders. The one place where stores, market data and brokers are chosen and wired. */
import type { Client } from '@temporalio/client';
import { createApprovalActivities } from '../activities/approvals.ts';
import { createExecutionActivities } from '../activities/execution.ts';
import { createFeed } from '../activities/market/catch-up.ts';
import type { OfficerParts } from '../activities/officers/parts.ts';
import { createOfficerActivities } from '../activities/officers.ts';
import { createReconciliationActivities } from '../activities/reconciliation.ts';
import { createSessionActivities } from '../activities/session.ts';
import type { Venue } from '../adapters/broker/venue.ts';
import { deskMarketData } from '../adapters/market-data/desk-market-data.ts';
import { ensureStored } from '../adapters/market-data/fetch-bars.ts';
import type { VendorMarket, VendorName } from '../adapters/market-data/vendor-market.ts';
import { vendorOf } from '../adapters/market-data/vendor-market-data.ts';
import { queueStandings } from '../adapters/temporal/queue-standings.ts';
import { loadCompliance, loadGovernance } from '../config/policy-files.ts';
import { readAccount } from '../db/accounts.ts';
import { seatedAgent, seatWeights } from '../db/agent-seats.ts';
import { createApprovalStore, readApproval } from '../db/approvals.ts';
import { barReaders } from '../db/bar-readers.ts';
import { quarantineReasons } from '../db/data-sets.ts';
import { createFetchStore } from '../db/fetch-store.ts';
import { readLeverageRecord } from '../db/learning/leverage-outcomes.ts';
import { readHealth, readPatterns } from '../db/learning/outcomes.ts';
import { createLiveBarStore } from '../db/live-bars.ts';
import { createLiveSessionStore } from '../db/live-session-store.ts';
import { createOfficerStore } from '../db/officers/officer-store.ts';
import { createOrderStore } from '../db/order-store.ts';
import { workingOrders } from '../db/orders.ts';
import { createPaperBroker } from '../db/paper-broker.ts';
import { heedKillSwitch } from '../db/paper-kill.ts';
import { positionsOfAccount } from '../db/positions.ts';
import { createSessionStore } from '../db/session-store.ts';
import { promotedStrategy, readStrategy } from '../db/strategies.ts';
import type { Database } from '../db/tables.ts';
import { isProtective } from '../domain/execution/legs.ts';
import { carriedPatterns } from '../domain/learning/online/patterns.ts';
import { costsSchema } from '../schemas/execution.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { llmQueueOf, researchQueueOf } from '../workflows/messages/llm.ts';
import { cancelRequestedSignal } from '../workflows/messages/order-execution.ts';
import { computeQueueOf } from '../workflows/messages/research.ts';
import { TRADING_QUEUE } from '../workflows/messages/strategy-session.ts';
import { createEquityWatch } from './equity-watch.ts';
import { readKillFile } from './kill-file.ts';
import { createVenueDesk, RECONCILE_SETTLE_MS } from './venue-desk.ts';

export type TradingParts = {
  readonly db: Database;
  readonly client: Client;
  readonly home: string;
  readonly configFolder: string;
  readonly codeVersion: string;
  readonly bornAtMs: number;
  /** The network venues whose keys are set. */
  readonly venues: readonly Venue[];
  /** The vendors of market data, by name; none when left out. */
  readonly markets?: (name: VendorName) => VendorMarket;
  /** Wall time. @default Date.now */
  readonly nowMs?: () => number;
  /** Children and activities use the queue of their workflow, so a desk on a queue of its own is whole. @default trading */
  readonly taskQueue?: string;
};

/** All activities of queue `trading`. @throws InvalidInput when config/*.yaml is wrong */
export function tradingActivities(parts: TradingParts) {
  const { db, client, home, nowMs = Date.now } = parts;
  const { desk, models } = loadGovernance(parts.configFolder);
  const compliance = loadCompliance(parts.configFolder);
  const fetching = parts.markets && ensureStored(parts.markets, createFetchStore(db), nowMs);
  const market = deskMarketData(barReaders(db), fetching);
  const killFile = () => readKillFile(home);
  const quarantined = (symbols: readonly string[], intervalMs: number) => quarantineReasons(db, symbols, intervalMs);
  const equity = createEquityWatch(db, client);
  const sessions = equity.sessions(createSessionStore(db));
  const feed = createFeed({
    vendorOf: (source) => (parts.markets ?? noVendor)(vendorOf(source)),
    bars: createLiveBarStore(db),
    nowMs,
  });
  const costs = costsSchema.parse({});
  const venueDesks = new Map(
    parts.venues.map((venue) => [
      venue.name,
      createVenueDesk({ db, venue, costs, desk, killFile, bornAtMs: parts.bornAtMs, settleMs: RECONCILE_SETTLE_MS }),
    ]),
  );
  return {
    ...createOfficerActivities(officerParts(parts)),
    ...createSessionActivities({
      store: sessions,
      market,
      follow: { ...feed, live: createLiveSessionStore(db), ageOffsetMs: desk.barAgeOffsetMs, quarantined },
      desk,
      compliance,
      models,
      quarantined,
      killFile,
      readStrategy: (strategyId) => readStrategy(db, strategyId),
      learntPatterns: async (strategyId, untilMs) => carriedPatterns(await readPatterns(db, strategyId, untilMs)),
      learntHealth: (strategyId, untilMs) => readHealth(db, strategyId, untilMs),
      learntLeverage: (strategyId, untilMs) => readLeverageRecord(db, strategyId, untilMs),
      promotedStrategy: async (symbol, intervalMs) => (await promotedStrategy(db, symbol, intervalMs))?.definition,
      seatedAgent: (agent, symbol, intervalMs) => seatedAgent(db, agent, symbol, intervalMs),
      seatWeights: (runId) => seatWeights(db, runId),
      isWorkflowOpen: (workflowId) => isWorkflowOpen(client, workflowId),
      nowMs,
      bornAtMs: parts.bornAtMs,
      codeVersion: parts.codeVersion,
    }),
    ...createApprovalActivities({ approvals: createApprovalStore(db), nowMs }),
    ...createExecutionActivities({
      orders: createOrderStore(db),
      hasWaited: async (decisionId) => (await readApproval(db, decisionId)) !== undefined,
      models,
      marketsTraded: async (accountId, strategyId) =>
        (await positionsOfAccount(db, accountId)).filter((one) => one.strategyId === strategyId).length,
      sessions,
      paper: equity.paper(createPaperBroker({ db, costs, desk, killFile })),
      venues: new Map([...venueDesks].map(([name, one]) => [name, one.broker])),
      tradesNow: (venue) => parts.venues.some(({ name, isPublic }) => name === venue && isPublic),
      unreconciled: async (_accountId, venue) => (await venueDesks.get(venue)?.unreconciled()) ?? null,
      readAccount: (accountId) => readAccount(db, accountId),
      market,
      feed,
      desk,
      compliance,
      quarantined,
      killFile,
      isWorkflowOpen: (workflowId) => isWorkflowOpen(client, workflowId),
      nowMs,
      readBook: bookReader(db),
      heldSymbols: async (accountId) =>
        (await positionsOfAccount(db, accountId)).filter((one) => one.quantity !== '0').map((one) => one.symbol),
    }),
    ...createReconciliationActivities({
      accounts: new Map([...venueDesks].map(([name, one]) => [name, one.reconcile])),
    }),
  };
}

/** What the officers work with, on this desk's queues. */
export const officerParts = ({
  db,
  client,
  nowMs = Date.now,
  taskQueue = TRADING_QUEUE,
}: TradingParts): OfficerParts => {
  const researchQueue = researchQueueOf(taskQueue);
  const queues = [taskQueue, llmQueueOf(taskQueue), researchQueue, computeQueueOf(researchQueue)];
  return {
    store: createOfficerStore(db),
    nowMs,
    queues: () => queueStandings(client, queues),
    cancelOrder: (workflowId, reason) =>
      client.workflow.getHandle(workflowId).signal(cancelRequestedSignal, { reason }),
  };
};

function noVendor(name: VendorName): never {
  throw new InvalidInput([problem('CONFIG_REQUIRED', 'market.source', name, 'a vendor that this desk knows')]);
}

/** Ends paper orders at work when the kill switch was set while this desk was down. @returns how many decisions' */
export function heedKill({ db, home, configFolder }: TradingParts): Promise<number> {
  const killFile = () => readKillFile(home);
  const { desk } = loadGovernance(configFolder);
  return heedKillSwitch(db, createPaperBroker({ db, costs: costsSchema.parse({}), desk, killFile }), killFile());
}

const bookReader = (db: Database) => async (accountId: string, strategyId: string, symbol: string) => {
  const account = await readAccount(db, accountId);
  if (account === undefined) return undefined;
  const positions = await positionsOfAccount(db, accountId);
  const isOwn = (one: { strategyId: string; symbol: string }) => one.strategyId === strategyId && one.symbol === symbol;
  const held = positions.find(isOwn)?.quantity ?? '0';
  const open = account.venue === 'paper' ? [] : await workingOrders(db, accountId);
  return { equity: account.equity, held, isProtected: open.some((one) => isOwn(one) && isProtective(one)) };
};

/** Closed, or never heard of: not open. */
async function isWorkflowOpen(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return false;
    throw error;
  }
}
