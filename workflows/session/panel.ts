/** What the Web UI and the list filters show of a session: details panel and search attributes, upserted on change. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { searchAttributes } from '../messages/search-attributes.ts';
import { sessionDetails } from './details.ts';
import type { SessionCarry } from './session-state.ts';

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
  const { regime, realizedPnl } = carry.progress;
  if (regime !== null && known.get(searchAttributes.regime) !== regime) {
    upsertSearchAttributes([{ key: searchAttributes.regime, value: regime }]);
  }
  const pnlUsd = Number(realizedPnl);
  if (known.get(searchAttributes.realizedPnlUsd) !== pnlUsd && carry.handle.openedAtMs > 0) {
    upsertSearchAttributes([{ key: searchAttributes.realizedPnlUsd, value: pnlUsd }]);
  }
}
