/** The Markdown panel of an analysis in the Web UI. A model's words are cut and cannot format anything. */
import type { MarketAnalysisInput, SymbolAnalysis } from '../../schemas/market-analysis.ts';

const SUMMARY_MAX = 160;

export function analysisDetails(
  { depth, symbols, masked }: Pick<MarketAnalysisInput, 'depth' | 'symbols' | 'masked'>,
  analyses: readonly SymbolAnalysis[],
  done: boolean,
): string {
  const rows = analyses.map((one) => {
    const summary = plain(one.summary ?? one.noDecision ?? '');
    return `| ${one.symbol} | ${one.regime?.label ?? '–'} | ${wordOf(one)} | ${summary} |`;
  });
  const cost = analyses.reduce((sum, one) => sum + one.costMicroUsd, 0) / 1_000_000;
  return [
    `### ${depth} analysis: ${done ? 'done' : 'running'}`,
    `${analyses.length} of ${symbols.length} symbols, models ${cost.toFixed(4)} USD${masked ? ', names masked' : ''}`,
    ...(rows.length === 0 ? [] : ['', '| symbol | regime | says | summary |', '|---|---|---|---|', ...rows]),
  ].join('\n');
}

function wordOf({ recommendations, consensus, contaminated }: SymbolAnalysis): string {
  const [first] = recommendations;
  const action = consensus?.action ?? first?.action ?? '–';
  return contaminated ? `${action} (contaminated)` : action;
}

/** Nothing that Markdown or HTML would read. */
export const plain = (text: string): string =>
  text
    .slice(0, SUMMARY_MAX)
    .replace(/[^\p{L}\p{N} .,:;%+/()-]/gu, ' ')
    .trim();
