/**
 * What a call costs, in whole micro-USD, rounded up once at the end. Per million tokens:
 * cost = in·p + read·p_read + write_5m·p_write + write_1h·p_write_1h + out·p_out with the four counts not overlapping.
 * Writing costs what reading in costs where a provider has no price for it. A prompt longer than
 * `longPrompt.aboveTokens`, cached tokens counted, is charged whole at those prices. Sums are exact.
 */
import type { ModelUsage } from '../../schemas/llm/model-call.ts';
import type { ModelPrices, ModelRates, ModelRecord } from '../../schemas/llm/model-registry.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';

const MILLION = 1_000_000n;

/** @throws InvalidInput CONFIG_PRICE_MISSING: an unknown price is never zero */
export function pricesOf({ id, prices }: Pick<ModelRecord, 'id' | 'prices'>): ModelPrices {
  if (prices !== 'unpriced') return prices;
  const hint = 'give it prices in the file of QUARTERDECK_MODELS';
  throw new InvalidInput([problem('CONFIG_PRICE_MISSING', `models.${id}.prices`, prices, 'prices', hint)]);
}

export function costMicroUsd(prices: ModelPrices, usage: ModelUsage): number {
  const prompt = usage.tokensIn + usage.tokensCachedRead + usage.tokensCachedWrite;
  const rates = ratesFor(prices, prompt);
  const hour = usage.tokensCachedWriteHour ?? 0;
  return charged([
    [usage.tokensIn, rates.inMicroUsdPerMTok],
    [usage.tokensCachedRead, rates.cacheReadMicroUsdPerMTok],
    [usage.tokensCachedWrite - hour, writeRate(rates)],
    [hour, rates.cacheWriteHourMicroUsdPerMTok ?? writeRate(rates)],
    [usage.tokensOut, rates.outMicroUsdPerMTok],
  ]);
}

/** No call of at most so many tokens costs more: every prompt token at the dearest way to read it in. */
export function costCeilingMicroUsd(prices: ModelPrices, promptTokensMax: number, outputTokensMax: number): number {
  const all = [prices, ...(prices.longPrompt === null ? [] : [prices.longPrompt])];
  const ceilings = all.map((rates) => {
    const dearest = Math.max(
      rates.inMicroUsdPerMTok,
      rates.cacheReadMicroUsdPerMTok,
      writeRate(rates),
      rates.cacheWriteHourMicroUsdPerMTok ?? 0,
    );
    return charged([
      [promptTokensMax, dearest],
      [outputTokensMax, rates.outMicroUsdPerMTok],
    ]);
  });
  return Math.max(...ceilings);
}

/** Of a cost in a batch, rounded up. */
export const inBatch = (microUsd: number, { batchFraction }: ModelPrices): number =>
  Number((BigInt(microUsd) * BigInt(Math.round(batchFraction * 10_000)) + 9_999n) / 10_000n);

const writeRate = (rates: ModelRates): number => rates.cacheWriteMicroUsdPerMTok ?? rates.inMicroUsdPerMTok;

const ratesFor = (prices: ModelPrices, promptTokens: number): ModelRates =>
  prices.longPrompt !== null && promptTokens > prices.longPrompt.aboveTokens ? prices.longPrompt : prices;

function charged(parts: readonly (readonly [tokens: number, microUsdPerMTok: number])[]): number {
  const sum = parts.reduce((total, [tokens, rate]) => total + BigInt(tokens) * BigInt(rate), 0n);
  return Number((sum + MILLION - 1n) / MILLION);
}
