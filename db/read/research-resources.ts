/** What can be read of research: strategies and the runs that found them; prompts of models and what they have cost. */
import { idText as id } from '../../schemas/http.ts';
import { alone, flag, instant, json, maybe, number, type Resource, text } from './resource.ts';

export const strategies: Resource = {
  table: 'strategies',
  id: 'strategyId',
  account: null,
  sort: ['decidedAtMs', 'strategyId'],
  filters: { type: id, health: id, symbol: id },
  columns: {
    strategyId: text('strategy_id'),
    type: text('type'),
    definition: json('definition'),
    promoted: flag('promoted'),
    health: text('health'),
    symbol: maybe(text('symbol')),
    barIntervalMs: maybe(number('bar_interval_ms')),
    runId: maybe(text('run_id')),
    decidedAtMs: maybe(instant('decided_at')),
  },
};

export const runs: Resource = {
  table: 'research_runs',
  id: 'runId',
  account: null,
  sort: ['startedAtMs', 'runId'],
  filters: { kind: id, state: id },
  columns: {
    runId: text('run_id'),
    workflowId: text('workflow_id'),
    kind: text('kind'),
    state: text('state'),
    input: json('input'),
    dataHash: text('data_hash'),
    codeVersion: text('code_version'),
    result: alone(maybe(json('result'))),
    startedAtMs: instant('started_at'),
    endedAtMs: maybe(instant('ended_at')),
  },
};

export const backtests: Resource = {
  table: 'told_backtests',
  id: 'runId',
  account: null,
  sort: ['startedAtMs', 'runId'],
  filters: {},
  columns: {
    runId: text('run_id'),
    workflowId: text('workflow_id'),
    input: json('input'),
    report: json('report'),
    figures: alone(maybe(json('figures'))),
    trades: alone(json('trades')),
    startedAtMs: instant('started_at'),
    endedAtMs: maybe(instant('ended_at')),
  },
};

export const allocations: Resource = {
  table: 'allocations',
  id: 'allocationId',
  account: null,
  sort: ['atMs', 'allocationId'],
  filters: {},
  columns: {
    allocationId: text('allocation_id'),
    atMs: instant('at'),
    weights: json('weights'),
    cashFraction: number('cash_fraction'),
    plan: json('plan'),
  },
};

export const prompts: Resource = {
  table: 'prompts',
  id: 'promptId',
  account: null,
  sort: ['registeredAtMs', 'promptId', 'version'],
  filters: { promptId: id },
  columns: {
    promptId: text('prompt_id'),
    version: number('version'),
    hash: text('hash'),
    definition: json('definition'),
    registeredAtMs: instant('registered_at'),
  },
};

export const budgets: Resource = {
  table: 'budgets',
  id: 'key',
  account: null,
  sort: ['key', 'scope', 'spentMicroUsd'],
  filters: { scope: id },
  columns: {
    scope: text('scope'),
    key: text('key'),
    limitMicroUsd: number('limit_micro_usd'),
    reservedMicroUsd: number('reserved_micro_usd'),
    spentMicroUsd: number('spent_micro_usd'),
  },
};
