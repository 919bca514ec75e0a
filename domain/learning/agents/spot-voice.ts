/** A spot network as the engine's voice: at each bar the action of the highest value. */
import type { Voice } from '../../engine/signals.ts';
import { NO_POSITION, type SeenPosition, SPOT_INPUTS, type SpotRows, spotState } from './spot-features.ts';
import { wishOf } from './spot-market.ts';
import type { ActionValues } from './trained-network.ts';
import { bestOf } from './value-targets.ts';

/** @param offset the row of the first bar that is walked */
export function spotVoice(values: ActionValues, rows: SpotRows, closes: Float64Array, offset: number): Voice {
  const state = new Float32Array(SPOT_INPUTS);
  return {
    kind: 'asked',
    firstBar: 0,
    ask: (i, { quantity, entryPrice, barsHeld }) => {
      const side = Math.sign(quantity) as SeenPosition['side'];
      const close = closes[offset + i] as number;
      const held = side === 0 ? NO_POSITION : { side, pnlFraction: side * (close / entryPrice - 1), barsHeld };
      return wishOf(bestOf(values(spotState(rows, offset + i, held, state))));
    },
  };
}
