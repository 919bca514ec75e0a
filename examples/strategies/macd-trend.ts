/**
 * Long while MACD stands clear of its signal line, by a share of the fast average; out when it stands as clear below.
 */
export default {
  name: 'macd-trend',
  parameters: { fast: 12, slow: 26, signal: 9, tolerance: 0.0025 },
  warmupBars: (p) => p.slow + p.signal - 1,
  prepare: (bars, p, ta) => {
    const { line, signal } = ta.macd(bars.close, p.fast, p.slow, p.signal);
    return { line, signal, fast: ta.ema(bars.close, p.fast) };
  },
  decide: ({ i, columns: { line, signal, fast }, position, p }) => {
    const distance = (line[i] - signal[i]) / fast[i];
    if (position.quantity === 0 && distance > p.tolerance) return { action: 'buy' };
    if (position.quantity > 0 && distance < -p.tolerance) return { action: 'close' };
    return { action: 'hold' };
  },
};
