/**
 * Whether the market a strategy lives in has become another one, by the volatility, momentum and volume of its bars.
 * The z-score decides; Page-Hinkley and ADWIN are told beside it.
 */
import { ADWIN, createAdwin } from './adwin.ts';
import { alarmIndices, type DriftDetector } from './detector.ts';
import { createPageHinkley, PAGE_HINKLEY } from './page-hinkley.ts';
import { isDrift, windowOf, Z_SCORE, zOfChecks } from './z-score.ts';

export const CHECK_EVERY_BARS = Z_SCORE.every;

/** Bars that one answer takes: those of the z-score, and the close before. */
export const DRIFT_BARS = windowOf(Z_SCORE) + 1;

export const DRIFT_FEATURES = ['volatility', 'momentum', 'volume'] as const;
export type DriftFeature = (typeof DRIFT_FEATURES)[number];

export type DriftView = {
  readonly feature: DriftFeature;
  /** Of the last three checks, oldest first. */
  readonly z: readonly number[];
  readonly drifted: boolean;
  /** Which of the others alarm behind the reference; they decide nothing. */
  readonly beside: { readonly pageHinkley: boolean; readonly adwin: boolean };
};

type Bars = { readonly close: ArrayLike<number>; readonly volume: ArrayLike<number> };

/** The three features at the last of these bars. @throws RangeError with fewer than 651 of them */
export function marketDrift(bars: Bars): DriftView[] {
  if (bars.close.length < DRIFT_BARS) throw new RangeError(`${bars.close.length} bars, expected ${DRIFT_BARS}`);
  const series = driftSeries(bars);
  return DRIFT_FEATURES.map((feature) => {
    const values = series[feature].slice(1 - DRIFT_BARS);
    const z = zOfChecks(values);
    return { feature, z, drifted: isDrift(z), beside: othersOn(values) };
  });
}

/** |log return|, log return and log (1 + volume) of each bar but the first. */
function driftSeries({ close, volume }: Bars): Record<DriftFeature, number[]> {
  const momentum = Array.from({ length: close.length - 1 }, (_, k) =>
    Math.log((close[k + 1] as number) / (close[k] as number)),
  );
  return {
    volatility: momentum.map(Math.abs),
    momentum,
    volume: momentum.map((_, k) => Math.log1p(volume[k + 1] as number)),
  };
}

/** In deviations of the reference, for which the detectors' settings are made. */
function othersOn(values: readonly number[]): DriftView['beside'] {
  const reference = values.slice(0, Z_SCORE.reference);
  const mean = reference.reduce((sum, one) => sum + one, 0) / reference.length;
  const deviation = Math.sqrt(reference.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (reference.length - 1));
  const scaled = values.map((one) => (deviation > 0 ? (one - mean) / deviation : 0));
  const alarms = (detector: DriftDetector): boolean =>
    alarmIndices(detector, scaled).some((index) => index >= Z_SCORE.reference);
  return {
    pageHinkley: alarms(createPageHinkley({ ...PAGE_HINKLEY, direction: 'both' })),
    adwin: alarms(createAdwin({ ...ADWIN, afterAlarm: 'shrink' })),
  };
}
