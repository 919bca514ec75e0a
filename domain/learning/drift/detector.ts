/** What a detector of drift is: it takes one value after the other and says at which of them the stream has changed. */

/** @returns whether it alarms at this value. It has a state of its own and is used for one stream. */
export type DriftDetector = (value: number) => boolean;

/** Where the detector alarms, counted from 0. */
export function alarmIndices(detector: DriftDetector, values: readonly number[]): number[] {
  return values.flatMap((value, index) => (detector(value) ? [index] : []));
}
