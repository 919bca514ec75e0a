/**
 * The network of a leverage seat as a session asks it: the same 35 numbers, of the same code, as in its training. It is asked
 * at entries alone, so its numbers are made when it is asked first.
 */
import type { SeatedAgent } from '../../../schemas/session-walk.ts';
import type { FeatureColumns } from '../../features/feature-columns.ts';
import {
  LEVERAGE_INPUTS,
  LEVERAGE_WARMUP_BARS,
  leverageRows,
  leverageSight,
  type SeenAccount,
} from './leverage-features.ts';
import { marketNetwork } from './market-network.ts';
import { checkWeights, type LoadedAgent } from './seated-agent.ts';
import { spotRows } from './spot-features.ts';

export type SeatedLeverage = {
  readonly seat: SeatedAgent;
  /** The 35 numbers at the close of bar `i`. */
  readonly sight: (i: number, account: SeenAccount) => Float32Array;
  /** Of `LEVERAGE_ACTIONS`, in their order; undefined until its slowest number has warmed up. */
  readonly values: (i: number, account: SeenAccount) => readonly number[] | undefined;
};

/** @throws Error when the weights are not those of the seat */
export function seatedLeverage(loaded: LoadedAgent, columns: FeatureColumns): SeatedLeverage {
  checkWeights(loaded);
  const { seat, weights } = loaded;
  const rows = once(() => leverageRows(columns, spotRows(columns)));
  const network = once(() => marketNetwork('leverage', weights, seat.dueling));
  const sight = (i: number, account: SeenAccount): Float32Array =>
    leverageSight(rows(), i, account, new Float32Array(LEVERAGE_INPUTS));
  return {
    seat,
    sight,
    values: (i, account) => (i < LEVERAGE_WARMUP_BARS - 1 ? undefined : Array.from(network()(sight(i, account)))),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
