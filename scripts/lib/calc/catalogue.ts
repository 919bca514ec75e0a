/** All names of `npm run calc`, in the order of the flow. */
import { nearestName } from '../../../schemas/nearest-name.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { allocate } from './allocate.ts';
import type { Calculation } from './calculation.ts';
import { calendar } from './calendar.ts';
import { ceo } from './ceo.ts';
import { combine } from './combine.ts';
import { consensus } from './consensus.ts';
import { crossVenue } from './cross-venue.ts';
import { drift } from './drift.ts';
import { features } from './features.ts';
import { gate } from './gate.ts';
import { genome } from './genome.ts';
import { health } from './health.ts';
import { indicators } from './indicators.ts';
import { kelly } from './kelly.ts';
import { levels } from './levels.ts';
import { leverage } from './leverage.ts';
import { liquidation } from './liquidation.ts';
import { metrics } from './metrics.ts';
import { pairs } from './pairs.ts';
import { paper } from './paper.ts';
import { pbo, spa } from './pbo.ts';
import { promptArm } from './prompt-arm.ts';
import { dsr, psr } from './psr.ts';
import { regime } from './regime.ts';
import { reward } from './reward.ts';
import { risk } from './risk.ts';
import { sentiment } from './sentiment.ts';
import { size } from './size.ts';
import { splits } from './splits.ts';
import { tpe } from './tpe.ts';
import { varBacktest } from './var-backtest.ts';

export const CALCULATIONS: readonly Calculation[] = [
  indicators,
  features,
  levels,
  regime,
  sentiment,
  pairs,
  crossVenue,
  combine,
  consensus,
  calendar,
  gate,
  size,
  paper,
  liquidation,
  metrics,
  psr,
  dsr,
  pbo,
  spa,
  splits,
  tpe,
  genome,
  health,
  drift,
  leverage,
  kelly,
  reward,
  allocate,
  promptArm,
  risk,
  ceo,
  varBacktest,
];

/** @throws InvalidInput (exit code 2) with the nearest name and all of them */
export function calculationNamed(name: string): Calculation {
  const found = CALCULATIONS.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = CALCULATIONS.map((one) => one.name);
  const near = nearestName(name, names);
  const hint = near === null ? 'npm run calc lists them' : `did you mean ${near}?`;
  throw new InvalidInput([problem('ARGUMENT_UNKNOWN', 'name', name, `one of ${names.join(', ')}`, hint)]);
}
