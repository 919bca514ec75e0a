/** What the Web UI and the list filters show of a session: details panel and search attributes, upserted on change. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { searchAttributes } from '../messages/search-attributes.ts';
import { sessionDetails } from './details.ts';
import type { SessionCarry } from './session-state.ts';

const MICRO = 1_000_000;

export function publishStart(carry: SessionCarry): void {
  upsertSearchAttributes([
    { key: searchAttributes.tradingMode, value: carry.input.tradingMode },
    { key: searchAttributes.strategyType, value: carry.handle.strategy.type },
    { key: searchAttributes.symbols, value: [...carry.input.symbols] },
    { key: searchAttributes.operatingMode, value: carry.handle.operatingMode },
    { key: searchAttributes.realizedPnlUsd, value: 0 },
    { key: searchAttributes.llmCostUsd, value: 0 },
  ]);
}

export function publish(carry: SessionCarry): void {
  setCurrentDetails(sessionDetails(carry));
  const known = workflowInfo().typedSearchAttributes;
  const { regime, realizedPnl, modelCostMicroUsd } = carry.progress;
  if (regime !== null && known.get(searchAttributes.regime) !== regime) {
    upsertSearchAttributes([{ key: searchAttributes.regime, value: regime }]);
  }
  const { operatingMode, openedAtMs } = carry.handle;
  if (known.get(searchAttributes.operatingMode) !== operatingMode && openedAtMs > 0) {
    upsertSearchAttributes([{ key: searchAttributes.operatingMode, value: operatingMode }]);
  }
  const needsApproval = (carry.held ?? []).length > 0;
  if ((known.get(searchAttributes.needsApproval) ?? false) !== needsApproval) {
    upsertSearchAttributes([{ key: searchAttributes.needsApproval, value: needsApproval }]);
  }
  const costUsd = (modelCostMicroUsd ?? 0) / MICRO;
  if (known.get(searchAttributes.llmCostUsd) !== costUsd && modelCostMicroUsd !== undefined) {
    upsertSearchAttributes([{ key: searchAttributes.llmCostUsd, value: costUsd }]);
  }
  const pnlUsd = Number(realizedPnl);
  if (known.get(searchAttributes.realizedPnlUsd) !== pnlUsd && carry.handle.openedAtMs > 0) {
    upsertSearchAttributes([{ key: searchAttributes.realizedPnlUsd, value: pnlUsd }]);
  }
}
