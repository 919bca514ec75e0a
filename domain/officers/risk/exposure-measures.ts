/** What is held, as shares of equity: gross, net, the largest symbol, and how concentrated the whole is. */

/** One symbol: what its positions come to, signed, and the sum of their sizes. */
export type SymbolExposure = { readonly symbol: string; readonly fraction: number; readonly grossFraction: number };

export type ExposureMeasures = {
  readonly grossExposure: number;
  readonly netExposure: number;
  readonly largestSymbolFraction: number;
  /** Herfindahl: Σ (share of gross exposure)²; 1/n for n equal symbols, 1 for one, 0 without any. */
  readonly herfindahl: number;
};

export function exposureMeasures(symbols: readonly SymbolExposure[]): ExposureMeasures {
  const grossExposure = symbols.reduce((sum, one) => sum + one.grossFraction, 0);
  const share = (one: SymbolExposure): number => (grossExposure === 0 ? 0 : one.grossFraction / grossExposure);
  return {
    grossExposure,
    netExposure: symbols.reduce((sum, one) => sum + one.fraction, 0),
    largestSymbolFraction: symbols.reduce((most, one) => Math.max(most, one.grossFraction), 0),
    herfindahl: symbols.reduce((sum, one) => sum + share(one) ** 2, 0),
  };
}
