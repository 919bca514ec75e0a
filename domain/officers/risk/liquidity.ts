/** How long it takes to sell what is held without being more than a small share of each bar's volume. */
import { costsSchema } from '../../../schemas/execution.ts';

const DAY_MS = 86_400_000;
/** What the fill model lets all orders together take of one bar. */
const VOLUME_SHARE_MAX = costsSchema.parse({}).volumeFractionMax;

export type Liquidity = {
  /** The position over the volume of one ordinary bar. */
  readonly barVolumeShare: number;
  readonly daysToLiquidate: number;
};

/** Null where the volume is not known or 0: nobody may be there to buy. `quantity` of either sign. */
export function liquidityOf(quantity: number, barVolume: number | null, barIntervalMs: number): Liquidity | null {
  if (barVolume === null || !(barVolume > 0)) return null;
  const barVolumeShare = Math.abs(quantity) / barVolume;
  return { barVolumeShare, daysToLiquidate: ((barVolumeShare / VOLUME_SHARE_MAX) * barIntervalMs) / DAY_MS };
}
