/** What can be read of the book of record: accounts, sessions, orders and what came of them. */
import { z } from 'zod';
import { orderStateSchema } from '../../schemas/execution.ts';
import { tradingModeSchema } from '../../schemas/governance.ts';
import { idText as id } from '../../schemas/http.ts';
import { alone, decimal, flag, instant, json, maybe, number, type Resource, text } from './resource.ts';

const symbol = id;

export const accounts: Resource = {
  table: 'accounts',
  id: 'accountId',
  account: 'accountId',
  sort: ['createdAtMs', 'accountId'],
  filters: { tradingMode: tradingModeSchema },
  columns: {
    accountId: text('account_id'),
    venue: text('venue'),
    currency: text('currency'),
    tradingMode: text('trading_mode'),
    cash: decimal('cash'),
    equity: decimal('equity'),
    startingCash: decimal('starting_cash'),
    createdAtMs: instant('created_at'),
  },
};

export const sessions: Resource = {
  table: 'sessions',
  id: 'sessionId',
  account: 'accountId',
  sort: ['openedAtMs', 'sessionId'],
  filters: { state: z.enum(['open', 'closed']), tradingMode: tradingModeSchema, accountId: id, strategyId: id },
  columns: {
    sessionId: text('session_id'),
    workflowId: text('workflow_id'),
    accountId: text('account_id'),
    strategyId: text('strategy_id'),
    strategy: json('strategy'),
    tradingMode: text('trading_mode'),
    state: text('state'),
    modelCostMicroUsd: number('model_cost_micro_usd'),
    openedAtMs: instant('opened_at'),
    closedAtMs: maybe(instant('closed_at')),
    report: alone(maybe(json('report'))),
  },
};

export const orders: Resource = {
  table: 'orders',
  id: 'clientOrderId',
  account: 'accountId',
  sort: ['recordedAtMs', 'sentAtMs', 'clientOrderId'],
  filters: { state: orderStateSchema, symbol, sessionId: id, accountId: id, decisionId: id },
  columns: {
    clientOrderId: text('client_order_id'),
    decisionId: text('decision_id'),
    sessionId: maybe(text('session_id')),
    accountId: text('account_id'),
    symbol: text('symbol'),
    leg: text('leg'),
    side: text('side'),
    type: text('type'),
    state: text('state'),
    venue: text('venue'),
    venueOrderId: maybe(text('venue_order_id')),
    simulated: flag('simulated'),
    quantity: decimal('quantity'),
    quantityFilled: decimal('quantity_filled'),
    limitPrice: maybe(decimal('limit_price')),
    stopPrice: maybe(decimal('stop_price')),
    recordedAtMs: instant('created_at'),
    sentAtMs: maybe(instant('sent_at')),
    updatedAtMs: instant('updated_at'),
  },
};

export const positions: Resource = {
  table: 'positions',
  id: 'symbol',
  account: 'accountId',
  sort: ['openedAtMs', 'symbol', 'accountId'],
  filters: { symbol, accountId: id, strategyId: id },
  columns: {
    accountId: text('account_id'),
    strategyId: text('strategy_id'),
    symbol: text('symbol'),
    quantity: decimal('quantity'),
    averagePrice: decimal('average_price'),
    markPrice: decimal('mark_price'),
    leverage: number('leverage'),
    realizedPnl: decimal('realized_pnl'),
    fees: decimal('fees'),
    funding: decimal('funding'),
    openedAtMs: maybe(instant('opened_at')),
  },
};

/** Orders that a person was asked about; a view of db/migrations. */
export const approvals: Resource = {
  table: 'approval_requests',
  id: 'decisionId',
  account: 'accountId',
  sort: ['requestedAtMs', 'expiresAtMs', 'decisionId'],
  filters: {
    state: z.enum(['pending', 'approved', 'denied', 'expired']),
    symbol,
    sessionId: id,
    accountId: id,
  },
  columns: {
    decisionId: text('decision_id'),
    orderHash: text('order_hash'),
    state: text('state'),
    reason: text('reason'),
    accountId: text('account_id'),
    sessionId: maybe(text('session_id')),
    symbol: text('symbol'),
    action: text('action'),
    requestedAtMs: instant('requested_at'),
    expiresAtMs: instant('expires_at'),
    decidedAtMs: maybe(instant('decided_at')),
    decidedBy: maybe(text('decided_by')),
  },
};

export const strategyPerformance: Resource = {
  table: 'strategy_performance',
  id: 'strategyId',
  account: null,
  sort: ['pnlNet', 'strategyId', 'tradeCount'],
  filters: { tradingMode: tradingModeSchema, strategyId: id },
  columns: {
    strategyId: text('strategy_id'),
    tradingMode: text('trading_mode'),
    tradeCount: number('trade_count'),
    winCount: number('win_count'),
    winRate: number('win_rate'),
    pnlNet: decimal('pnl_net'),
    fees: decimal('fees'),
    profitFactor: maybe(number('profit_factor')),
    firstOpenedAtMs: instant('first_opened_at'),
    lastClosedAtMs: instant('last_closed_at'),
  },
};
