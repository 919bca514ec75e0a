/** Where the tests of both market agents train: 1,200 synthetic hours of one symbol, cut for a training. */
import { agentMarket } from '../../../../domain/learning/agents/agent-market.ts';
import { agentSplit } from '../../../../domain/learning/trial/data-split.ts';
import { syntheticSeries } from '../../../../domain/market/synthetic.ts';
import {
  agentTrainingInputSchema,
  type MarketAgent,
  type MarketTrainingInput,
} from '../../../../schemas/agent-training.ts';

const SYMBOL = 'BTC/USDT';

/** The same bars for the same seed. */
export const hoursOf = (seed: number) => syntheticSeries({ symbol: SYMBOL, intervalMs: 3_600_000, count: 1_200, seed });

export const bars = hoursOf(4);
export const market = agentMarket(bars);
export const split = agentSplit(bars.close.length);

/** The input of a short training, with what is to be different in it. */
export function trainingOf(agent: MarketAgent, change: object = {}): MarketTrainingInput {
  const given = { environment: 'market', agent, symbol: SYMBOL, steps: 3_000, ...change };
  const input = agentTrainingInputSchema.parse(given);
  if (input.environment !== 'market') throw new Error('a market was asked for');
  return input;
}
