/**
 * What every wider indicator is made of: its parameters, what each of its columns is (unit, warm-up), and the call that
 * computes them. Values are plain numbers, one a bar, NaN before the warm-up and where there is none, never infinite.
 */
import type { z } from 'zod';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { IndicatorUnit } from '../../schemas/indicators.ts';
import { parseInput } from '../../schemas/parse-input.ts';

/** `warmupBars` = bars needed before the column has its first value. `direction` is given for patterns. */
export type ColumnFacts = {
  readonly unit: IndicatorUnit;
  readonly warmupBars: number;
  readonly direction?: 'bullish' | 'bearish' | 'neutral';
};
export type WideColumn = ColumnFacts & { readonly values: Float64Array };
export type WideColumns = Readonly<Record<string, WideColumn>>;

export type WideIndicator = {
  /** One line: what it measures and what it answers where nothing moves or trades. */
  readonly about: string;
  /** Its columns under these parameters. @throws InvalidInput with every wrong parameter */
  readonly facts: (parameters: unknown) => Readonly<Record<string, ColumnFacts>>;
  /** @throws InvalidInput with every wrong parameter */
  readonly compute: (bars: BarSeries, parameters: unknown) => WideColumns;
};

type Parts<S extends z.ZodType, K extends string> = {
  readonly about: string;
  readonly schema: S;
  readonly facts: (p: z.output<S>) => Readonly<Record<K, ColumnFacts>>;
  readonly columns: (bars: BarSeries, p: z.output<S>) => Readonly<Record<NoInfer<K>, Float64Array>>;
};

export const wideIndicator = <S extends z.ZodType, K extends string>(parts: Parts<S, K>): WideIndicator => ({
  about: parts.about,
  facts: (raw) => parts.facts(parseInput(parts.schema, raw)),
  compute: (bars, raw) => {
    const p = parseInput(parts.schema, raw);
    const columns: Readonly<Record<string, Float64Array>> = parts.columns(bars, p);
    return Object.fromEntries(
      Object.entries<ColumnFacts>(parts.facts(p)).map(([name, facts]) => [
        name,
        { ...facts, values: finite(columns[name] as Float64Array) },
      ]),
    );
  },
});

/** One column's facts, in the order unit, warm-up. */
export const facts = (unit: IndicatorUnit, warmupBars: number): ColumnFacts => ({ unit, warmupBars });

/** Prices of zero give quotients that are no numbers: no value. */
const finite = (column: Float64Array): Float64Array =>
  column.map((value) => (Number.isFinite(value) ? value : Number.NaN));
