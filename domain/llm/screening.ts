/**
 * The first stages of a screening: which symbols are worth a question, by rules alone, and in which order the kept ones
 * go on. A row that a model sees is compact: the figures by which a trade would be looked for, nothing else. Pure.
 */
import type { AnswerOf } from '../../schemas/llm/contracts/index.ts';
import type { ScreeningReason } from '../../schemas/market-analysis.ts';
import type { MarketFeatures } from '../features/market-features.ts';
import { isExchangeTraded } from '../market/calendar.ts';
import { signalOf } from './market-view.ts';

/** Symbols of one question. */
export const ROWS_A_QUESTION = 20;
/** The least firm signal that is worth one; of ±1. */
const SIGNAL_MIN = 0.1;
/** Of its own average of 20 bars: less is no market. Chosen. */
const VOLUME_RATIO_MIN = 0.1;
const BARS_LATE_MAX = 3;
/** A long weekend of an exchange. */
const CLOSED_MS_MAX = 4 * 86_400_000;

export type ScreeningFacts = {
  /** null: no bar had closed. */
  readonly features: MarketFeatures | null;
  readonly symbol: string;
  readonly asOfMs: number;
  readonly barIntervalMs: number;
  readonly isQuarantined: boolean;
  /** A position of the account in it is open. */
  readonly isHeld: boolean;
};

/** Why a symbol is not asked about, the plainest reason first; null: it is. */
export function leftOutBy(facts: ScreeningFacts): ScreeningReason | null {
  const { features } = facts;
  if (facts.isHeld) return 'SCREEN_HELD';
  if (facts.isQuarantined) return 'SCREEN_QUARANTINED';
  if (features === null) return 'SCREEN_NO_DATA';
  if (facts.asOfMs - features.asOfMs > lateMsMax(facts)) return 'SCREEN_STALE';
  const signal = signalOf(features);
  if (signal === null) return 'SCREEN_NO_DATA';
  if ((features.volume.volumeRatio ?? 0) < VOLUME_RATIO_MIN) return 'SCREEN_VOLUME';
  return Math.abs(signal) < SIGNAL_MIN ? 'SCREEN_SIGNAL' : null;
}

const lateMsMax = ({ symbol, barIntervalMs }: ScreeningFacts): number =>
  BARS_LATE_MAX * barIntervalMs + (isExchangeTraded(symbol) ? CLOSED_MS_MAX : 0);

/** What a model, or the rules, are shown of a symbol. */
export function compactRow(features: MarketFeatures, name: string) {
  const { close, momentum, volatility, volume, regime, barsSinceRegimeChange } = features;
  const { rsi, macdHistogram, momentum5, momentum20, momentum60, momentum200, barReturn, change24h } = momentum;
  const { atrRatio, realisedVolatility, volatilityRatio } = volatility;
  return {
    symbol: name,
    close,
    signal: rounded(signalOf(features)),
    momentum: { rsi, macdHistogram, momentum5, momentum20, momentum60, momentum200, barReturn, change24h },
    volatility: { atrRatio, realisedVolatility, volatilityRatio },
    volume: { volumeRatio: volume.volumeRatio },
    regime: { label: regime.label, volatility: regime.volatility, confidence: regime.confidence },
    barsSinceRegimeChange,
  };
}

const DIGITS = 4;
const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(DIGITS)));

export const inChunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, chunk) => all.slice(chunk * size, (chunk + 1) * size));

type Row = AnswerOf<'screening'>['rows'][number];

/**
 * The names that go on, the surest first. A name that is told twice counts only when both rows keep it, with the lower
 * confidence; one that was not shown, or not told, does not go on. Equal confidence: in the order shown.
 */
export function keptOf(shown: readonly string[], rows: readonly Row[]): string[] {
  const told = new Map<string, Pick<Row, 'keep' | 'confidence'>>();
  for (const { symbol, keep, confidence } of rows) {
    const before = told.get(symbol) ?? { keep: true, confidence: 1 };
    told.set(symbol, { keep: keep && before.keep, confidence: Math.min(confidence, before.confidence) });
  }
  const sureness = (name: string): number => told.get(name)?.confidence ?? 0;
  return shown.filter((name) => told.get(name)?.keep === true).sort((a, b) => sureness(b) - sureness(a));
}
