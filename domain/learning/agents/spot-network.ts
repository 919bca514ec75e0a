/** The network of the spot agent: 18 numbers, three actions. */
import { SPOT_INPUTS } from './spot-features.ts';
import { SPOT_ACTIONS } from './spot-market.ts';
import { type ActionValues, MARKET_HIDDEN, trainedNetwork } from './trained-network.ts';

export const spotNet = (dueling: boolean) => ({
  inputs: SPOT_INPUTS,
  hidden: MARKET_HIDDEN,
  actions: SPOT_ACTIONS.length,
  dueling,
});

/** @throws RangeError for weights of another network */
export const spotNetwork = (weights: Uint8Array, dueling: boolean): ActionValues =>
  trainedNetwork(weights, spotNet(dueling), 'spot');
