/** What tools of an analysis may look at; and the names under which models know symbols that are masked. */
import type { ToolScope } from '../../schemas/llm/tool-call.ts';

export type ScopeAsked = Omit<ToolScope, 'masks'> & { readonly masked: boolean };

/** Masked symbols are ASSET1, ASSET2 … in the order of the list. */
export const scopeOf = ({ masked, ...scope }: ScopeAsked): ToolScope => ({
  ...scope,
  masks: masked ? Object.fromEntries(scope.symbols.map((symbol, index) => [`ASSET${index + 1}`, symbol])) : {},
});

/** The name that models know a symbol by. */
export const shownName = (symbol: string, { masks }: Pick<ToolScope, 'masks'>): string =>
  Object.entries(masks).find(([, real]) => real === symbol)?.[0] ?? symbol;
