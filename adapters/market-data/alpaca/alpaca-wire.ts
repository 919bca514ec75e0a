/**
 * Bars and quotes as Alpaca writes them, by symbol. Read loosely, but an answer about another
 * symbol, or without a stamp, is refused whole.
 */
import { z } from 'zod';
import { judgeQuotePrices, type Quote } from '../../../domain/market/quote.ts';
import type { Bar } from '../../../schemas/market.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';
import { VendorFailure } from '../../../schemas/vendor-failure.ts';
import { instantCell, numberCell } from '../vendor-cells.ts';
import type { VendorReply } from '../vendor-client.ts';
import { parseReply } from '../vendor-reply.ts';

const barSchema = z
  .looseObject({ t: instantCell, o: numberCell, h: numberCell, l: numberCell, c: numberCell, v: numberCell })
  .transform(({ t, o, h, l, c, v }): Bar => ({ openTimeMs: t, open: o, high: h, low: l, close: c, volume: v }));

const pageSchema = z.looseObject({
  bars: z.record(z.string(), z.array(barSchema).nullable()).nullable(),
  next_page_token: z.string().min(1).max(4_096).nullish(),
});

export type BarsPage = { readonly bars: readonly Bar[]; readonly nextToken: string | null };

/** @throws VendorFailure VENDOR_REPLY */
export function readBarsPage(reply: VendorReply, symbol: string, place: string): BarsPage {
  const page = parseReply(pageSchema, reply.json, place);
  const bySymbol = page.bars ?? {};
  refuseOthers(Object.keys(bySymbol), symbol, `${place} bars`);
  return { bars: bySymbol[symbol] ?? [], nextToken: page.next_page_token ?? null };
}

const quoteSchema = z.looseObject({ t: instantCell, bp: numberCell, bs: numberCell, ap: numberCell, as: numberCell });
const quotesSchema = z.looseObject({ quotes: z.record(z.string(), quoteSchema) });

/** @throws VendorFailure VENDOR_REPLY, QUOTE_CROSSED, DATA_* */
export function readQuote(reply: VendorReply, symbol: string, place: string): Quote {
  const { quotes } = parseReply(quotesSchema, reply.json, place);
  refuseOthers(Object.keys(quotes), symbol, `${place} quotes`);
  const found = quotes[symbol];
  if (found === undefined) {
    throw new VendorFailure([problem('VENDOR_REPLY', `${place} quotes`, 'no quote', `a quote of ${symbol}`)]);
  }
  const quote = { atMs: found.t, bid: found.bp, ask: found.ap, bidSize: found.bs, askSize: found.as };
  const problems = judgeQuotePrices(quote, (column) => `${place} ${symbol} ${column}`, null);
  if (problems.length > 0) throw new VendorFailure(problems);
  return quote;
}

function refuseOthers(told: readonly string[], symbol: string, path: string): void {
  const problems: Problem[] = told
    .filter((one) => one !== symbol)
    .map((one) => problem('VENDOR_REPLY', path, one, `an answer about ${symbol}`));
  if (problems.length > 0) throw new VendorFailure(problems);
}
