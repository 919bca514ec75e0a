/** The first stage of a screening: rows of the symbols that are worth a question, and why the others are not. */
import { compactRow, leftOutBy } from '../../domain/llm/screening.ts';
import type { ScreenedSymbol, ScreenSymbols } from '../../schemas/analyst.ts';
import { featuresKnown } from './tools/market-features.ts';
import { type ToolParts, ToolRefused } from './tools/tool.ts';

export type ScreenParts = Pick<ToolParts, 'bars'> & {
  readonly quarantined: (symbols: readonly string[], intervalMs: number) => Promise<ReadonlyMap<string, string>>;
  /** Symbols in which the account has a position; none without an account. */
  readonly held: (accountId: string) => Promise<ReadonlySet<string>>;
};

export async function screenSymbols(parts: ScreenParts, request: ScreenSymbols): Promise<ScreenedSymbol[]> {
  const { symbols, names, asOfMs, barIntervalMs, accountId } = request;
  const quarantined = await parts.quarantined(symbols, barIntervalMs);
  const held = accountId === null ? new Set<string>() : await parts.held(accountId);
  const screened: ScreenedSymbol[] = [];
  for (const [index, symbol] of symbols.entries()) {
    const features = await featuresOf(parts, { symbol, intervalMs: barIntervalMs, asOfMs });
    const marks = { isQuarantined: quarantined.has(symbol), isHeld: held.has(symbol) };
    const left = leftOutBy({ features, symbol, asOfMs, barIntervalMs, ...marks });
    const row = left === null && features !== null ? compactRow(features, names[index] ?? symbol) : null;
    screened.push({ symbol, left, row });
  }
  return screened;
}

/** Null: no bar had closed. */
async function featuresOf(parts: ScreenParts, asked: Parameters<typeof featuresKnown>[1]) {
  try {
    return (await featuresKnown(parts, asked)).features;
  } catch (error) {
    if (error instanceof ToolRefused) return null;
    throw error;
  }
}
