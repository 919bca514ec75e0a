/**
 * What ccxt read out of an exchange's reply, checked against the reply itself: ccxt takes garbage for an empty list,
 * and an empty list must not be made of an answer that holds something else.
 */
import { z } from 'zod';
import { judgeQuotePrices, type Quote } from '../../../domain/market/quote.ts';
import type { Bar } from '../../../schemas/market.ts';
import { problem } from '../../../schemas/problem.ts';
import { VendorFailure } from '../../../schemas/vendor-failure.ts';
import type { ExactValue } from '../../http/exact-json.ts';
import { numberCell } from '../vendor-cells.ts';
import { parseReply } from '../vendor-reply.ts';
import type { PublicAnswer } from './ccxt-public.ts';

/** 1973 to 2200, as for files: seconds or microseconds are none. */
const instant = z.number().int().min(100_000_000_000).max(7_258_118_400_000);
const rowSchema = z
  .tuple([instant, numberCell, numberCell, numberCell, numberCell, numberCell], z.unknown())
  .transform(([openTimeMs, open, high, low, close, volume]): Bar => ({ openTimeMs, open, high, low, close, volume }));

/** @throws VendorFailure VENDOR_REPLY */
export function readCcxtBars({ value, json }: PublicAnswer, place: string): readonly Bar[] {
  const bars = parseReply(z.array(rowSchema), value, place);
  if (bars.length === 0 && !saysNothing(json)) {
    throw new VendorFailure([problem('VENDOR_REPLY', place, json, 'a list of bars')]);
  }
  return bars;
}

const tickerSchema = z.looseObject({
  symbol: z.string(),
  timestamp: instant.nullish(),
  bid: numberCell,
  ask: numberCell,
  bidVolume: numberCell.nullish(),
  askVolume: numberCell.nullish(),
});

/** An exchange that does not stamp its prices is taken at the time of its answer. @throws VendorFailure */
export function readCcxtQuote({ value, atMs }: PublicAnswer, symbol: string, place: string): Quote {
  const ticker = parseReply(tickerSchema, value, place);
  if (ticker.symbol !== symbol) {
    throw new VendorFailure([problem('VENDOR_REPLY', `${place} symbol`, ticker.symbol, `an answer about ${symbol}`)]);
  }
  const { bid, ask, bidVolume, askVolume } = ticker;
  const sizes = {
    ...(typeof bidVolume === 'string' && { bidSize: bidVolume }),
    ...(typeof askVolume === 'string' && { askSize: askVolume }),
  };
  const quote = { atMs: ticker.timestamp ?? atMs, bid, ask, ...sizes };
  const problems = judgeQuotePrices(quote, (column) => `${place} ${column}`, null);
  if (problems.length > 0) throw new VendorFailure(problems);
  return quote;
}

const DEPTH_MAX = 4;

/** There is an empty list where the bars would be, and no list of anything. */
const saysNothing = (json: ExactValue): boolean => {
  const lists = listsIn(json, 0);
  return lists.length > 0 && lists.every((list) => list.length === 0);
};

/** Every list of the reply but those of error messages. */
function listsIn(value: ExactValue, depth: number): (readonly ExactValue[])[] {
  if (isList(value)) return [value];
  if (typeof value !== 'object' || value === null || depth >= DEPTH_MAX) return [];
  return Object.entries(value).flatMap(([key, one]) => (/^err/i.test(key) ? [] : listsIn(one, depth + 1)));
}

const isList = (value: ExactValue): value is readonly ExactValue[] => Array.isArray(value);
