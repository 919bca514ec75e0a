/** The networks of the two agents that learn in a market: how large each is, and one whose training is over. */
import type { MarketAgent } from '../../../schemas/agent-training.ts';
import { LEVERAGE_ACTIONS } from '../leverage/actions.ts';
import { LEVERAGE_INPUTS } from './leverage-features.ts';
import type { NetShape } from './net-layout.ts';
import { SPOT_INPUTS } from './spot-features.ts';
import { SPOT_ACTIONS } from './spot-market.ts';
import { type ActionValues, MARKET_HIDDEN, trainedNetwork } from './trained-network.ts';

/** Numbers that an agent sees of a bar, and actions it chooses from. */
const SIZES = {
  spot: { inputs: SPOT_INPUTS, actions: SPOT_ACTIONS.length },
  leverage: { inputs: LEVERAGE_INPUTS, actions: LEVERAGE_ACTIONS.length },
} as const satisfies Record<MarketAgent, Pick<NetShape, 'inputs' | 'actions'>>;

export const marketNet = (agent: MarketAgent, dueling: boolean): NetShape => ({
  ...SIZES[agent],
  hidden: MARKET_HIDDEN,
  dueling,
});

/** @throws RangeError for weights of another network */
export const marketNetwork = (agent: MarketAgent, weights: Uint8Array, dueling: boolean): ActionValues =>
  trainedNetwork(weights, marketNet(agent, dueling), agent);
