/** `check_risk_limits`: what the gate would say to a trade of this size, on the books as they stand. Nothing is recorded. */
import type { GateReason } from '../../../schemas/decision.ts';
import type { ToolScope } from '../../../schemas/llm/tool-call.ts';
import { featuresKnown } from './market-features.ts';
import { symbolMeant, type Tool, ToolRefused } from './tool.ts';

export const riskLimitsTool: Tool<'check_risk_limits'> = async (parts, asked, scope) => {
  const symbol = symbolMeant(asked.symbol, scope);
  const { asOfMs, barIntervalMs: intervalMs, accountId } = scope;
  const { features, withheld } = await featuresKnown(parts, { symbol, intervalMs, asOfMs });
  const { side, sizeFraction, leverage, confidence } = asked;
  const trade = { symbol, side, sizeFraction, leverage, confidence };
  const market = { price: features.close, hasStop: features.volatility.atr !== null, closedAtMs: features.asOfMs };
  const look = await parts.risk({ accountId, asOfMs, intervalMs, trade, market });
  if (look.movedAfterAsOf) {
    throw new ToolRefused(
      'TOOL_LOOK_AHEAD',
      `the books of ${accountId} have moved since ${new Date(asOfMs).toISOString()}`,
    );
  }
  const { movedAfterAsOf: _known, reasons, ...answer } = look;
  return { value: { symbol: asked.symbol, ...answer, reasons: reasonsTold(reasons, scope) }, withheld };
};

/** Where symbols are masked only the rules are told: their messages name symbols and strategies. */
const reasonsTold = (reasons: readonly GateReason[], { masks }: ToolScope): readonly Partial<GateReason>[] =>
  Object.keys(masks).length === 0 ? reasons : reasons.map(({ rule }) => ({ rule }));
