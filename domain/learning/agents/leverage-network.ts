/** The network of the leverage agent: 35 numbers, eleven actions. */
import { LEVERAGE_ACTIONS } from '../leverage/actions.ts';
import { LEVERAGE_INPUTS } from './leverage-features.ts';
import { type ActionValues, MARKET_HIDDEN, trainedNetwork } from './trained-network.ts';

export const leverageNet = (dueling: boolean) => ({
  inputs: LEVERAGE_INPUTS,
  hidden: MARKET_HIDDEN,
  actions: LEVERAGE_ACTIONS.length,
  dueling,
});

/** @throws RangeError for weights of another network */
export const leverageNetwork = (weights: Uint8Array, dueling: boolean): ActionValues =>
  trainedNetwork(weights, leverageNet(dueling), 'leverage');
