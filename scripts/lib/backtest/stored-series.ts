/** The bars of a backtest that a worker has run, loaded the same way here: for its page. */
import { loadSeries } from '../../../activities/session/prepare.ts';
import { deskMarketData } from '../../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../../db/bar-readers.ts';
import type { Database } from '../../../db/tables.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { strategySessionId } from '../../../workflows/messages/strategy-session.ts';
import type { BacktestFlags } from './flags.ts';

export const storedSeries = (db: Database, request: BacktestFlags['request']): Promise<BarSeries[]> =>
  loadSeries(deskMarketData(barReaders(db)), parseSessionInput(request, strategySessionId('backtest'), Date.now()));
