/**
 * Refuses what the trading mode does not know: orders in analysis, real accounts in backtests, simulated accounts
 * elsewhere, and live orders of an account that is not armed for their strategy. An expired arming never traps a
 * position that is known.
 */
import { isLiveAccount } from '../../../schemas/arming.ts';
import type { GateReason } from '../../../schemas/decision.ts';
import type { GateInput, RiskRule } from '../gate-input.ts';
import { refuse } from '../wording.ts';

const RULE = 'tradingMode';
const SIMULATED = 'sim:';

export const tradingMode: RiskRule = (input) => {
  switch (input.tradingMode) {
    case 'analysis':
      return refuse(RULE, 'analysis mode sends no orders at all');
    case 'backtest':
      return isSimulated(input)
        ? null
        : refuse(RULE, `a backtest writes ${SIMULATED} accounts only, not ${accountOf(input)}`);
    case 'paper':
      if (isLiveAccount(accountOf(input))) return refuse(RULE, `paper mode may not trade ${accountOf(input)}`);
      return isSimulated(input) ? simulatedRefusal(input) : null;
    case 'live':
      return isSimulated(input) ? simulatedRefusal(input) : liveRefusal(input);
  }
};

const accountOf = (input: GateInput): string => input.intent.accountId;
const isSimulated = (input: GateInput): boolean => accountOf(input).startsWith(SIMULATED);

const simulatedRefusal = (input: GateInput): GateReason =>
  refuse(RULE, `account ${accountOf(input)} belongs to a backtest; ${input.tradingMode} mode may not write to it`);

function liveRefusal(input: GateInput): GateReason | null {
  const closesKnownPosition = input.intent.reduceOnly && input.account !== null;
  if (input.liveArmed || closesKnownPosition) return null;
  const { accountId, strategyId } = input.intent;
  return refuse(RULE, `account ${accountId} is not armed for live trading of strategy ${strategyId} (npm run arm)`);
}
