/** Markets whose bars only those have who walk them: a file next to the worker, a synthetic market. */
import type { MarketSource } from './market.ts';

export const hasOwnBars = (market: MarketSource): boolean =>
  market.source === 'synthetic' || (market.source === 'replay' && market.file !== undefined);
