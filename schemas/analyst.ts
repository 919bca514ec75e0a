/**
 * What the steps around a question hand to a workflow: facts of one symbol
 * as they were known, small enough for a history.
 */
import type { Level, Regime } from './features.ts';
import type { UntrustedText } from './llm/ask-model.ts';
import type { ToolScope } from './llm/tool-call.ts';
import type { ScreeningReason } from './market-analysis.ts';

export type FactsRequest = {
  readonly symbol: string;
  readonly scope: ToolScope;
  /** News, knowledge and limits beside the features. */
  readonly more: boolean;
};

export type SymbolFacts = {
  readonly symbol: string;
  /** Close of the last known bar. */
  readonly asOfMs: number;
  readonly close: number;
  readonly regime: Regime;
  readonly levels: readonly Level[];
  /** Everything that goes into a prompt, under the name that the model knows the symbol by. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly untrusted: readonly UntrustedText[];
};

/** `noData`: why there is nothing to ask about. */
export type FactsAnswer =
  | { readonly facts: SymbolFacts; readonly noData: null }
  | { readonly facts: null; readonly noData: string };

/** A few symbols at once, with the names that models know them by. */
export type ScreenSymbols = {
  readonly symbols: readonly string[];
  readonly names: readonly string[];
  readonly asOfMs: number;
  readonly barIntervalMs: number;
  readonly accountId: string | null;
};

/** `left`: why it is not asked about; else its row, as a model sees it. */
export type ScreenedSymbol = {
  readonly symbol: string;
  readonly left: ScreeningReason | null;
  readonly row: Readonly<Record<string, unknown>> | null;
};

/** Analyses that a screening asks for, best first, by the keys of their questions. */
export type PlacesRequest = {
  readonly stage: 'analysis' | 'deep';
  readonly keys: readonly string[];
  readonly placesMax: number;
};
