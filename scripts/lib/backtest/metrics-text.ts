/** The figures of a backtest's document for people, in groups of label and value: nothing is computed here. */
import { type FigureGroup, money, percent, ratio } from '../../../domain/backtest/report-text.ts';
import type { BacktestDocument, BacktestMetrics } from './document.ts';

type Told = Pick<BacktestDocument, 'metrics' | 'walkForward'>;

/** With regimes and folds a line each: a page has tables of them instead. */
export const metricsGroups = ({ metrics, walkForward }: Told): FigureGroup[] => [
  ...figureGroups(metrics),
  { title: 'By regime', figures: regimeRows(metrics).map(({ label, cells }) => ({ label, value: inLine(cells) })) },
  ...(walkForward === undefined
    ? []
    : [
        {
          title: 'Walk-forward',
          figures: foldRows(walkForward).map(({ label, cells }) => ({ label, value: inLine(cells) })),
        },
      ]),
];

export const figureGroups = (metrics: BacktestMetrics): FigureGroup[] => [
  {
    title: 'Risk and trades',
    figures: [
      { label: 'Return, per year', value: percent(metrics.annualReturnFraction) },
      { label: 'Volatility, per year', value: percent(metrics.volatilityFraction) },
      { label: 'Sortino ratio', value: ratio(metrics.sortino) },
      { label: 'Calmar ratio', value: ratio(metrics.calmar) },
      { label: 'Longest drawdown', value: `${metrics.drawdownBarsMax.toLocaleString('en-US')} bars` },
      { label: 'Profit factor', value: ratio(metrics.profitFactor) },
      { label: 'Expectancy, per trade', value: cash(metrics.expectancy) },
      { label: 'Average win', value: cash(metrics.averageWin) },
      { label: 'Average loss', value: cash(metrics.averageLoss) },
    ],
  },
  {
    title: 'Exposure and costs',
    figures: [
      { label: 'Time in the market', value: percent(metrics.timeInMarketFraction) },
      { label: 'Mean exposure', value: percent(metrics.exposureFractionMean) },
      { label: 'Largest exposure', value: percent(metrics.exposureFractionMax) },
      { label: 'Turnover, times wealth a year', value: ratio(metrics.turnoverPerYear) },
      { label: 'Commissions and funding', value: money(metrics.costs) },
      { label: 'Spread and slippage, in the prices', value: money(metrics.slippage) },
      { label: 'Commissions and funding, of wealth', value: percent(metrics.costFraction) },
    ],
  },
  {
    title: 'How sure',
    figures: [
      { label: 'True Sharpe ratio above 0', value: percent(metrics.sharpeProbability) },
      { label: 'Sharpe ratio, 95 %', value: between(metrics.sharpeInterval, ratio) },
      { label: 'Return per year, 95 %', value: between(metrics.annualReturnInterval, percent) },
    ],
  },
];

const cash = (amount: string | null): string => (amount === null ? '–' : money(amount));

const between = (ends: readonly [number, number] | null, text: (value: number) => string): string =>
  ends === null ? '–' : `${text(ends[0])} to ${text(ends[1])}`;

/** What a row says under each head; a row of a table, or a line. */
export type PartRow = { readonly label: string; readonly cells: readonly Cell[] };
type Cell = { readonly head: string; readonly value: string };

const inLine = (cells: readonly Cell[]): string => cells.map(({ head, value }) => `${head} ${value}`).join(', ');

type Part = Pick<
  BacktestMetrics,
  'returnFraction' | 'sharpe' | 'drawdownFractionMax' | 'tradeCount' | 'winRate' | 'expectancy'
>;

const partCells = (bars: number, part: Part): Cell[] => [
  { head: 'bars', value: bars.toLocaleString('en-US') },
  { head: 'return', value: percent(part.returnFraction) },
  { head: 'Sharpe', value: ratio(part.sharpe) },
  { head: 'drawdown', value: percent(part.drawdownFractionMax) },
  { head: 'trades', value: part.tradeCount.toLocaleString('en-US') },
  { head: 'won', value: percent(part.winRate) },
  { head: 'expectancy', value: cash(part.expectancy) },
];

export const regimeRows = ({ byRegime }: Pick<BacktestMetrics, 'byRegime'>): PartRow[] =>
  Object.entries(byRegime).map(([label, one]) => ({ label, cells: partCells(one.bars, one) }));

/** A row a test, and one for all of them. */
export const foldRows = ({ folds, outOfSample }: NonNullable<BacktestDocument['walkForward']>): PartRow[] => [
  ...folds.map(({ before, test }) => ({
    label: `${dayText(test.fromMs)} to ${dayText(test.toMs)}`,
    cells: [...partCells(test.bars, test.metrics), { head: 'Sharpe before', value: ratio(before.metrics.sharpe) }],
  })),
  {
    label: 'all tests',
    cells: [
      ...partCells(outOfSample.bars, outOfSample.metrics),
      { head: 'Sharpe before', value: ratio(folds[0]?.before.metrics.sharpe ?? null) },
    ],
  },
];

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
