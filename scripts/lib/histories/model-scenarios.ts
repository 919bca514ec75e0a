/** The lives of what asks models, recorded with the rules for a provider: no key, no network, the same every time. */
import { insertTrades } from '../../../db/trades.ts';
import type { DeskInProcess } from '../desk-in-process.ts';
import { type ModelsInProcess, openModelsInProcess } from '../models-in-process.ts';
import { SYMBOL, storeBars } from './research-scenarios.ts';
import { ended, type Kept, type Scenario } from './scenario.ts';

const HOUR_MS = 3_600_000;
const AS_OF = '2024-02-10T00:00:00Z';

const onModels = (name: string, play: (models: ModelsInProcess, desk: DeskInProcess) => Promise<Kept>): Scenario => ({
  name,
  play: async (desk) => {
    await storeBars(desk);
    const models = await openModelsInProcess(desk);
    try {
      return [await play(models, desk)];
    } finally {
      await models.close();
    }
  },
});

type Start = Parameters<ModelsInProcess['start']>;

/** Started, and looked at when it has ended, well or badly. */
const lived = (name: string, ...[type, workflowId, input, queue]: Start): Scenario =>
  onModels(name, async (models) => {
    const run = await models.start(type, workflowId, input, queue);
    await run.result().catch(() => undefined);
    return ended(name, workflowId);
  });

const analysis = { symbols: [SYMBOL], asOf: AS_OF };
const opportunity = { symbol: SYMBOL, opportunityType: 'breakout', asOf: AS_OF };

export const MODEL_SCENARIOS: readonly Scenario[] = [
  lived('analysis-quick', 'marketAnalysis', 'market-analysis:quick', { ...analysis, depth: 'quick' }),
  lived('analysis-comprehensive', 'marketAnalysis', 'market-analysis:wide', { ...analysis, depth: 'comprehensive' }),
  lived('analysis-deep', 'marketAnalysis', 'market-analysis:deep', { ...analysis, depth: 'deep', masked: true }),
  lived('analysis-refused', 'marketAnalysis', 'market-analysis:refused', { symbols: [], depth: 'deeper' }),
  lived('analysis-without-bars', 'marketAnalysis', 'market-analysis:none', { symbols: ['NONE/USDT'], depth: 'quick' }),
  lived('opportunity-evaluated', 'opportunityEvaluation', 'opportunity:breakout', opportunity),
  lived(
    'design-kept',
    'strategyDesign',
    'strategy-design:kept',
    { strategyType: 'momentum', symbols: [SYMBOL], to: AS_OF },
    'research',
  ),
  lived('session-advised', 'strategySession', 'strategy-session:advised', {
    ...{ accountId: 'paper-1', symbols: ['BTC/USDT'], tradingMode: 'backtest', barIntervalMs: HOUR_MS },
    strategy: { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } },
    market: { source: 'synthetic', count: 60 },
    model: { provider: 'any', consensus: 2, debate: true, contrarian: true },
  }),
  lived('review-of-no-trade', 'tradeReview', 'trade-review:none', {}, 'research'),
  onModels('review-done', async (models, desk) => {
    const trade = {
      ...{ tradeId: 'reviewed', symbol: SYMBOL, strategyId: 'momentum', side: 'long' as const, quantity: '1' },
      ...{
        entryPrice: '100',
        exitPrice: '110',
        entryAtMs: 0,
        exitAtMs: HOUR_MS,
        pnl: '9.5',
        fees: '0.5',
        funding: '0',
      },
      exitReason: 'signal' as const,
    };
    const context = { accountId: 'paper-1', sessionId: null };
    await insertTrades(desk.db, context, [{ trade, entryFeatures: null, regime: 'bull' }]);
    const run = await models.start('tradeReview', 'trade-review:reviewed', {}, 'research');
    await run.result();
    return ended('review-done', run.workflowId);
  }),
];
