/**
 * Turns with two simple averages: long at the bar where the fast one crosses
 * above the slow one, short where it crosses below.
 */
export default {
  name: 'sma-turn',
  parameters: { fast: 10, slow: 30 },
  warmupBars: (p) => p.slow + 1,
  prepare: (bars, p, ta) => ({ fast: ta.sma(bars.close, p.fast), slow: ta.sma(bars.close, p.slow) }),
  decide: ({ i, columns: { fast, slow } }) => {
    if (fast[i - 1] < slow[i - 1] && fast[i] > slow[i]) return { action: 'buy' };
    if (fast[i - 1] > slow[i - 1] && fast[i] < slow[i]) return { action: 'sell' };
    return { action: 'hold' };
  },
};
