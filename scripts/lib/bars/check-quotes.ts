/** `npm run bars -- check FILE --kind quotes`: judges a file of quotes or of quote bars. Quotes are never stored. */
import { readColumnNames, readTable } from '../../../adapters/market-data/read-table.ts';
import { QUOTE_BAR_FILE } from '../../../domain/market/bar-file-columns.ts';
import { isoText } from '../../../domain/market/bar-problems.ts';
import { knowsColumn } from '../../../domain/market/columns.ts';
import { createQuoteParser, type ParsedQuotes, type QuoteKind } from '../../../domain/market/quote-rows.ts';
import { describeProblems } from '../../../schemas/problem.ts';
import { type Answer, type BarsContext, progressTeller, warningLines } from './answer.ts';
import { codeLines } from './quality-lines.ts';
import { writeQuotesPage } from './quality-page.ts';

const WARNING_LINES_MAX = 10;

export type CheckQuotesArguments = { readonly file: string; readonly tick?: string; readonly html?: string };

/** Exit code 1 with every problem when a quote must not be traded on, such as QUOTE_CROSSED. */
export async function checkQuotes({ file, tick, html }: CheckQuotesArguments, context: BarsContext): Promise<Answer> {
  const { nowMs, say } = context;
  const names = await readColumnNames(file);
  const kind: QuoteKind = knowsColumn(names, QUOTE_BAR_FILE, 'bidOpen') ? 'quoteBars' : 'quotes';
  const parser = createQuoteParser({ kind, nowMs, file, tick: tick ?? null });
  await readTable(file, parser, { onProgress: await progressTeller(file, say) });
  const parsed = parser.finish();
  const { rowCount, goodCount, fromMs, toMs, problems, problemCount, problemCountByCode } = parsed;
  const ok = problemCount === 0;
  if (html !== undefined) await writeQuotesPage(html, { file, nowMs, kind, parsed });
  const range = fromMs === null || toMs === null ? 'no quotes' : `from ${isoText(fromMs)} to ${isoText(toMs)}`;
  return {
    exitCode: ok ? 0 : 1,
    document: {
      ok,
      ...{ kind, rows: rowCount, goodRows: goodCount, fromMs, toMs },
      crossedCount: problemCountByCode.QUOTE_CROSSED ?? 0,
      ...{ problemCount, problemCountByCode, problems },
      ...{ crossedInsideCount: parsed.warningCount, warnings: parsed.warnings },
      ...(html === undefined ? {} : { html }),
    },
    lines: [
      `${file}: ${rowCount} ${kind === 'quotes' ? 'quotes' : 'quote bars'}, ${goodCount} good`,
      `  ${range}`,
      ...(ok ? [] : [...codeLines(problemCountByCode), describeProblems(problems)]),
      ...insideLines(parsed),
      ok
        ? `  good: no quote is crossed${parsed.warningCount === 0 ? '' : ' at its ends'}`
        : `  refused: ${problemCount} problems`,
      ...(html === undefined ? [] : [`  page: ${html}`]),
    ],
  };
}

const insideLines = ({ warnings, warningCount }: ParsedQuotes): string[] =>
  warningCount === 0
    ? []
    : [`  warning: ${warningCount} bars were crossed inside`, ...warningLines(warnings.slice(0, WARNING_LINES_MAX))];
