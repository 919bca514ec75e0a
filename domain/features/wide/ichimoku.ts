/**
 * Ichimoku (Hosoda), in price units, each line at the bar at which it is KNOWN: conversion, base and span B are middles
 * of the channels of 9, 26 and 52 bars, span A is the mean of conversion and base.
 * The cloud is what a chart draws over bar i: the spans of `displacement` bars ago. The lagging span (chikou) is
 * tomorrow's close drawn over today's bar; it has no value that is known at the bar, so it is not given.
 */
import type { BarColumns } from '../kernel.ts';
import { delayed } from './channels.ts';
import { channelMiddle } from './window-extremes.ts';

export type IchimokuPeriods = {
  readonly conversion: number;
  readonly base: number;
  readonly span: number;
  readonly displacement: number;
};

/** Warm-up: each line one period; the cloud `displacement` bars more. @throws RangeError for a period below 1 */
export function ichimoku({ high, low }: BarColumns, periods: IchimokuPeriods) {
  const conversion = channelMiddle(high, low, periods.conversion);
  const base = channelMiddle(high, low, periods.base);
  const spanA = conversion.map((value, i) => (value + (base[i] as number)) / 2);
  const spanB = channelMiddle(high, low, periods.span);
  return {
    conversion,
    base,
    spanA,
    spanB,
    cloudA: delayed(spanA, periods.displacement),
    cloudB: delayed(spanB, periods.displacement),
  };
}
