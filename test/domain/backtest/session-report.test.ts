/** The report of a session: money exact, figures rounded, one hash for equal content. */
import { describe, expect, it } from 'vitest';
import { durationText, reportFigures, reportText } from '../../../domain/backtest/report-text.ts';
import { buildReport, type ReportParts, resultHash, roundFigure } from '../../../domain/backtest/session-report.ts';
import { sessionReportSchema } from '../../../schemas/strategy-session.ts';

const parts: ReportParts = {
  sessionId: 'btc-momentum-0302',
  stoppedBy: 'endOfData',
  stopReason: '',
  strategyType: 'momentum',
  symbols: ['BTC/USDT'],
  barIntervalMs: 3_600_000,
  bars: 4,
  gaps: 1,
  barsMissing: 33,
  decisions: 4,
  noDecisionsByReason: { WARMUP: 2, DATA_GAP: 1 },
  orders: 6,
  fills: 4,
  refusalsByRule: { positionsMax: 1 },
  equityStart: '100000.00',
  equityEnd: '101000.50',
  realizedPnl: '1000.50000000',
  fees: '12.00000001',
  funding: '-0.00',
  equity: [100_000, 110_000, 99_000, 100_000, 101_000.5],
  trades: [{ pnl: '2000.5' }, { pnl: '-1000' }],
  modelCostMicroUsd: 2_000_000,
  dataHash: 'd'.repeat(64),
  codeVersion: '0.1.0',
};

describe('buildReport', () => {
  const report = buildReport(parts);

  it('satisfies the contract of the session', () => {
    expect(sessionReportSchema.parse(report)).toEqual(report);
  });

  it('computes return, drawdown, hit rate and return on model cost', () => {
    expect(report).toMatchObject({
      returnFraction: 0.010005,
      drawdownFractionMax: 0.1,
      hitRate: 0.5,
      returnOnModelCost: 500.25,
      trades: 2,
    });
  });

  it('annualises the Sharpe of hourly bars by 8,760', () => {
    const returns = [0.1, -0.1, 1 / 99, 0.010005];
    const mean = returns.reduce((sum, value) => sum + value, 0) / 4;
    const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3);
    expect(report.sharpe).toBeCloseTo((mean / deviation) * Math.sqrt(8_760), 9);
  });

  it('spells each amount in one way and keeps every decimal', () => {
    expect([report.equityStart, report.equityEnd, report.fees, report.funding]).toEqual([
      '100000',
      '101000.5',
      '12.00000001',
      '0',
    ]);
    const tiny = { ...parts, equityStart: '12345678901234567890.00000001', equityEnd: '0.000000010' };
    expect(buildReport(tiny)).toMatchObject({ equityStart: '12345678901234567890.00000001', equityEnd: '0.00000001' });
  });

  it('sees a gain of one cent on a billion, which doubles would blur', () => {
    expect(buildReport({ ...parts, equityStart: '1000000000', equityEnd: '1000000000.01' }).returnFraction).toBe(1e-11);
  });

  it('says null, not NaN, for a session without bars, trades or model cost', () => {
    const empty = buildReport({ ...parts, equity: [100_000], trades: [], modelCostMicroUsd: 0 });
    expect(empty).toMatchObject({ sharpe: null, hitRate: null, returnOnModelCost: null, drawdownFractionMax: 0 });
  });

  it('gives equal hashes to equal runs under another session id and code version', () => {
    expect(buildReport({ ...parts, sessionId: 'other', codeVersion: '0.2.0' }).resultHash).toBe(report.resultHash);
    expect(resultHash(report)).toBe(report.resultHash);
  });

  it('does not depend on the order in which reasons were counted, nor on the spelling of money', () => {
    const same = { ...parts, noDecisionsByReason: { DATA_GAP: 1, WARMUP: 2 }, equityStart: '0100000', funding: '0' };
    expect(JSON.stringify(buildReport(same))).toBe(JSON.stringify(report));
  });

  it('does not depend on the last bits of a sum', () => {
    const equity = parts.equity.map((value) => value * (1 + 2e-16));
    expect(buildReport({ ...parts, equity }).resultHash).toBe(report.resultHash);
  });

  it.each([
    ['bars', { bars: 5 }],
    ['fills', { fills: 5 }],
    ['the last cent', { equityEnd: '101000.51' }],
    ['a refusal', { refusalsByRule: { positionsMax: 2 } }],
    ['the data', { dataHash: 'e'.repeat(64) }],
    ['the path of wealth', { equity: [100_000, 110_000, 99_001, 100_000, 101_000.5] }],
  ])('changes the hash with %s', (_name, change) => {
    expect(buildReport({ ...parts, ...change }).resultHash).not.toBe(report.resultHash);
  });

  it('rounds figures to 12 significant digits and never prints minus zero', () => {
    expect(roundFigure(1 / 3)).toBe(0.333333333333);
    expect(Object.is(roundFigure(-0), 0)).toBe(true);
  });
});

describe('reportText', () => {
  const text = reportText(buildReport(parts));

  it('shows percent, grouped money and counts, one figure a line', () => {
    expect(text).toMatch(/^ {2}Equity at the end {2,}101,000\.50 USD$/m);
    expect(text).toMatch(/^ {2}Return {2,}1\.00 %$/m);
    expect(text).toMatch(/^ {2}Largest drawdown {2,}10\.00 %$/m);
    expect(text).toMatch(/^ {2}Gaps in the bars {2,}1 \(33 bars missing\)$/m);
    expect(text).toMatch(/^ {2}WARMUP {2,}2$/m);
    expect(text).toMatch(/^ {2}Model cost {2,}2\.000000 USD$/m);
  });

  it('ends with the hashes in full', () => {
    expect(text).toMatch(/Result hash {2,}[0-9a-f]{64}\n$/);
  });

  it('shows a dash where a figure is undefined, and no group without figures', () => {
    const quiet = buildReport({ ...parts, trades: [], refusalsByRule: {} });
    expect(reportText(quiet)).toMatch(/^ {2}Winning trades {2,}–$/m);
    expect(reportFigures(quiet).map((group) => group.title)).not.toContain('Refusals, by rule');
  });

  it('keeps the total right when there are more reasons than lines', () => {
    const reasons = Object.fromEntries(Array.from({ length: 15 }, (_value, index) => [`REASON_${index}`, index + 1]));
    const group = reportFigures(buildReport({ ...parts, noDecisionsByReason: reasons }))[2];
    expect(group?.figures[0]).toEqual({ label: 'REASON_14', value: '15' });
    expect(group?.figures.at(-1)).toEqual({ label: '3 others', value: '6' });
  });

  it('names an interval by its largest whole unit', () => {
    expect([60_000, 3_600_000, 5_400_000, 86_400_000, 1_500].map(durationText)).toEqual([
      '1 min',
      '1 h',
      '90 min',
      '1 d',
      '1,500 ms',
    ]);
  });
});
