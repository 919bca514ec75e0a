/**
 * Kernels that remember: a column that was made from the same values with the same periods is given again instead of
 * made again. For searches that ask for the same few columns thousands of times; what is given must not be changed.
 */
import type { Kernels } from './kernels.ts';

type Made = Map<string, unknown>;

/**
 * The same kernels; columns are kept as long as the values they were made from, at most `columnsMax` for each of them.
 */
export function rememberingKernels(ta: Kernels, columnsMax = 256): Kernels {
  const kept = new WeakMap<object, Made>();
  const remembering =
    <Input extends object, Settings extends readonly unknown[], Output>(
      name: string,
      kernel: (input: Input, ...settings: Settings) => Output,
    ) =>
    (input: Input, ...settings: Settings): Output => {
      const made: Made = kept.get(input) ?? new Map();
      kept.set(input, made);
      const key = `${name}(${settings.join(',')})`;
      if (made.has(key)) return made.get(key) as Output;
      const column = kernel(input, ...settings);
      const [oldest] = made.keys();
      if (made.size >= columnsMax && oldest !== undefined) made.delete(oldest);
      made.set(key, column);
      return column;
    };
  return {
    seed: ta.seed,
    sma: remembering('sma', ta.sma),
    ema: remembering('ema', ta.ema),
    rsi: remembering('rsi', ta.rsi),
    macd: remembering('macd', ta.macd),
    adx: remembering('adx', ta.adx),
    atr: remembering('atr', ta.atr),
    trueRange: remembering('trueRange', ta.trueRange),
    bollinger: remembering('bollinger', ta.bollinger),
    obv: remembering('obv', ta.obv),
    vwap: remembering('vwap', ta.vwap),
    realisedVolatility: remembering('realisedVolatility', ta.realisedVolatility),
    volumeRatio: remembering('volumeRatio', ta.volumeRatio),
    standardDeviation: remembering('standardDeviation', ta.standardDeviation),
    zScore: remembering('zScore', ta.zScore),
  };
}
