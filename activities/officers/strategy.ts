/** The Strategy Officer's cycle: ranks, recommends, and disables what no longer works. */
import { reviewStrategies } from '../../domain/officers/strategy/review-strategies.ts';
import type { CycleAnswer, CycleRequest } from '../../schemas/officers/cycle.ts';
import { type StrategyState, strategyStateSchema } from '../../schemas/officers/strategy-state.ts';
import type { OfficerParts } from './parts.ts';
import { takeTurn } from './turn.ts';

export function strategyCycle(parts: OfficerParts, request: CycleRequest): Promise<CycleAnswer> {
  return takeTurn(parts, 'strategy', request, async ({ intervalMs, nowMs, tookMs }) => {
    const { store } = parts;
    const [results, last] = await Promise.all([store.results(), store.remembered('strategy')]);
    const state = reviewStrategies({ asOfMs: nowMs, ...results });
    const disable = state.disable.filter(({ strategyId }) => !results.disabled.has(strategyId));
    const alerts = disable.map(({ strategyId, reason }) => `${strategyId} is disabled: ${reason}`);
    const recommendation = recommendationOf(state);
    const before = strategyOf(last?.memory ?? null);
    const isNew = before === null || JSON.stringify(recommendationOf(before.state)) !== JSON.stringify(recommendation);
    await store.commit({
      officer: 'strategy',
      request,
      intervalMs,
      nowMs,
      tookMs: tookMs(),
      inputAges: {},
      memory: { state, alerts },
      events: [
        { type: 'strategy_state_update', payload: { ...state } },
        ...(isNew ? [{ type: 'strategy_recommendation', payload: recommendation }] : []),
        ...(alerts.length > 0 ? [{ type: 'strategy_alert', payload: { alerts } }] : []),
      ],
      reason: 'review of the strategies',
      disable,
    });
    return { state: { ...state, alerts }, tell: null };
  });
}

const recommendationOf = ({ primary, fallbacks, disable }: StrategyState) => ({ primary, fallbacks, disable });

/** The last report of the Strategy Officer, as the others read it. */
export function strategyOf(
  memory: Readonly<Record<string, unknown>> | null,
): { state: StrategyState; alerts: string[] } | null {
  const state = strategyStateSchema.safeParse(memory?.state);
  if (!state.success) return null;
  const alerts = Array.isArray(memory?.alerts) ? memory.alerts.filter((one) => typeof one === 'string') : [];
  return { state: state.data, alerts };
}
