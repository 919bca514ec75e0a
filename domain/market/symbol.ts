/** Symbols are matched exactly as written: upper-case Latin letters and digits, such as BTC/USDT, AAPL, BTC/USDT:A. */
import { SYMBOL_PATTERN } from '../../schemas/market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';

/** Null when the symbol is well formed, else SYMBOL_INVALID at `path`. Whether it is known is another question. */
export function checkSymbol(symbol: string, path: string): Problem | null {
  if (SYMBOL_PATTERN.test(symbol)) return null;
  const upper = symbol.toUpperCase();
  const hint = SYMBOL_PATTERN.test(upper) && /^[\x20-\x7e]*$/.test(symbol) ? `write ${upper}` : '';
  return problem('SYMBOL_INVALID', path, symbol, 'a symbol such as BTC/USDT or AAPL', hint);
}
