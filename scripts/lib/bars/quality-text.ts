/** Figures of data quality as people read them. */

/** A share of 1 in percent: 0.0019 is 0.19 %. What is not nothing never prints as 0, nor what is not all as 100. */
export function percentText(fraction: number): string {
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  if (percent > 99.99 && percent < 100) return '> 99.99 %';
  return `${percent.toFixed(2)} %`;
}

export const countText = (count: number): string => count.toLocaleString('en-US');
