/** `npm run calc`: each name asks the domain function the product calls; examples are valid; mistakes have codes. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidInput } from '../../schemas/problem.ts';
import { CALCULATIONS, calculationNamed } from '../../scripts/lib/calc/catalogue.ts';
import { goldenJson } from '../domain/learning/golden-json.ts';

const NAMES = [
  ...['indicators', 'features', 'levels', 'regime', 'sentiment', 'pairs', 'crossVenue', 'combine'],
  ...['consensus', 'calendar', 'gate', 'size', 'paper', 'liquidation', 'metrics'],
  ...['psr', 'dsr', 'pbo', 'spa', 'splits', 'tpe', 'genome', 'health', 'drift'],
  ...['leverage', 'kelly', 'reward', 'allocate', 'prompt-arm'],
  ...['risk', 'ceo', 'var-backtest'],
];
const run = (name: string, change: object = {}): unknown => {
  const { example, run: ask } = calculationNamed(name);
  return ask(JSON.parse(JSON.stringify({ ...fieldsOf(example), ...change })));
};
const fieldsOf = (value: unknown) => z.record(z.string(), z.unknown()).parse(value);
const exampleOf = (name: string) => fieldsOf(calculationNamed(name).example);

/** `CODE path` of each problem. */
function refusalOf(name: string, document: unknown): string[] {
  try {
    calculationNamed(name).run(document);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map((one) => `${one.code} ${one.path}`);
    throw error;
  }
  return [];
}

describe('every name', () => {
  it('is there, in the order of the flow', () => {
    expect(CALCULATIONS.map((one) => one.name)).toEqual(NAMES);
  });

  it.each(NAMES)('%s: its example is accepted by its own schema, survives JSON and gives a result', (name) => {
    const { schema, example } = calculationNamed(name);
    expect(schema.safeParse(example).success).toBe(true);
    expect(run(name)).toBeTypeOf('object');
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it.each(NAMES)('%s: an unknown field is refused, not ignored', (name) => {
    expect(refusalOf(name, { ...exampleOf(name), skipRisk: true })).toContain('INPUT_UNKNOWN_FIELD skipRisk');
  });

  it.each(NAMES)('%s: refuses what is no object', (name) => {
    expect(refusalOf(name, 'nothing')).toEqual(['INPUT_TYPE ']);
  });

  it('that is unknown is refused with the nearest one', () => {
    expect(() => calculationNamed('gates')).toThrow(/did you mean gate\?/);
    expect(() => calculationNamed('gates')).toThrow(/one of indicators, features/);
  });
});

describe('results a reader can check by hand', () => {
  it('indicators: the mean of the last three closes, and the wrong parameter of the second one', () => {
    const asked = [{ name: 'sma', parameters: { period: 3 } }];
    expect(run('indicators', { bars: exampleOf('indicators').bars, indicators: asked })).toMatchObject({
      indicators: [{ name: 'sma', warmupBars: 3, columns: { sma: expect.arrayContaining([null, null, 102, 103]) } }],
    });
    const wrong = [...asked, { name: 'rsi', parameters: { perod: 3 } }];
    expect(refusalOf('indicators', { ...exampleOf('indicators'), indicators: wrong })).toEqual([
      'INPUT_UNKNOWN_FIELD indicators[1].parameters.perod',
    ]);
  });

  it('features: 160 after 155 is a momentum of 5 / 155, and bar 4 knows nothing of bar 5', () => {
    expect(run('features')).toMatchObject({ close: 160, momentum: { momentum5: 160 / 155 - 1 } });
    expect(run('features', { barIndex: 4 })).toMatchObject({ close: 105, momentum: { momentum5: null } });
    expect(refusalOf('features', { ...exampleOf('features'), barIndex: 60 })).toEqual(['INPUT_RANGE ']);
  });

  it('levels: lows of 99.5 and highs of 110.5 that come back', () => {
    expect(run('levels')).toMatchObject({
      levels: [
        { kind: 'support', price: 99.5, touchCount: 2 },
        { kind: 'resistance', price: 110.5, touchCount: 3 },
      ],
    });
  });

  it('regime: prices that only rise are a bull market, once 200 bars are known', () => {
    expect(run('regime')).toMatchObject({ regime: 'bull', confidence: 1 });
    expect(run('regime', { barIndex: 198 })).toMatchObject({ regime: null, confidence: 0 });
  });

  it('combine: (0.3 × 0.8 − 0.2 × 0.5) / 0.5 = 0.28 buys with an agreement of 0.3 / 0.5', () => {
    const vote = run('combine') as { score: number };
    expect(vote).toMatchObject({ action: 'buy', agreement: 0.6, coverage: 0.5, confidence: 0.8 });
    expect(vote.score).toBeCloseTo(0.28, 12);
  });

  it('gate: lets 5 % of equity pass, refuses 9 % under a limit of 8 %, and all under the kill switch', () => {
    const intent = fieldsOf(exampleOf('gate').intent);
    expect(run('gate')).toEqual({ approved: true, reasons: [] });
    expect(run('gate', { intent: { ...intent, quantity: '1.8' } })).toMatchObject({
      approved: false,
      reasons: [{ rule: 'positionSize' }],
    });
    expect(run('gate', { killSwitch: 'drill' })).toMatchObject({ approved: false, reasons: [{ rule: 'killSwitch' }] });
    expect(run('gate', { nowMs: 1_704_283_200_000 + 10 * 3_600_000 })).toMatchObject({ approved: false });
  });

  it('gate: refuses SPY after 13:00 New York on a half day by its calendar, and BTC/USDT at that instant not', () => {
    const nowMs = Date.parse('2019-11-29T18:00:00Z');
    const order = (symbol: string, at = nowMs, told = {}) => {
      const intent = { ...fieldsOf(exampleOf('gate').intent), symbol };
      const bar = { ...fieldsOf(exampleOf('gate').market), barOpenTimeMs: at - 3_600_000, ...told };
      return run('gate', { nowMs: at, intent, market: bar, correlationGroup: [symbol] });
    };
    const message = 'MARKET_CLOSED: the market of SPY is closed; next opening 2019-12-02T14:30:00.000Z';
    expect(order('SPY')).toEqual({ approved: false, reasons: [{ rule: 'marketHours', message }] });
    expect(order('BTC/USDT')).toEqual({ approved: true, reasons: [] });
    expect(order('SPY', nowMs - 1)).toEqual({ approved: true, reasons: [] });
    expect(order('SPY', nowMs, { isOpen: true })).toEqual({ approved: true, reasons: [] });
    expect(order('BTC/USDT', nowMs, { isOpen: false })).toMatchObject({ reasons: [{ rule: 'marketHours' }] });
    const unknown = { approved: false, reasons: [{ message: expect.stringContaining('CALENDAR_RANGE') }] };
    expect(order('SPY', Date.parse('2031-06-02T15:00:00Z'))).toMatchObject(unknown);
  });

  it('calendar: SPY has four hourly bars on the half day 2019-11-29 and opens again on Monday', () => {
    expect(run('calendar')).toEqual({
      calendar: 'XNYS',
      isOpen: false,
      session: {
        date: '2019-11-29',
        openMs: Date.parse('2019-11-29T14:30:00Z'),
        closeMs: Date.parse('2019-11-29T18:00:00Z'),
        isHalfDay: true,
      },
      nextOpenMs: Date.parse('2019-12-02T14:30:00Z'),
      bars: [14, 15, 16, 17].map((hour) => Date.parse(`2019-11-29T${hour}:00:00Z`)),
    });
    const pair = run('calendar', { symbol: 'BTC/USDT' }) as { bars: number[] };
    expect(pair).toMatchObject({ calendar: '24x7', isOpen: true, session: null, nextOpenMs: null });
    expect(pair.bars).toHaveLength(24);
    expect(refusalOf('calendar', { symbol: 'SPY', atMs: 0 })).toEqual(['CALENDAR_RANGE atMs']);
  });

  it('size: 0.005 / 0.1 = 5 % of 100,000 at 30,000 is 0.16666666', () => {
    expect(run('size')).toEqual({ sizeFraction: 0.05, quantity: '0.16666666' });
  });

  it('paper: buys 2 at 100, is stopped at the open of 94, and has paid 0.1 + 0.094 in fees', () => {
    expect(run('paper')).toMatchObject({
      cash: '987.806',
      equity: '987.806',
      fills: [
        { side: 'buy', quantity: '2', price: '100', fee: '0.1' },
        { side: 'sell', quantity: '2', price: '94', fee: '0.094' },
      ],
      position: { quantity: '0', realizedPnl: '-12' },
      closedTrades: [{ pnl: '-12.194', exitReason: 'stop' }],
    });
    const { ledgerEntries } = run('paper') as { ledgerEntries: { amount: string; book: string }[] };
    expect(ledgerEntries[0]).toMatchObject({ book: 'cash', amount: '1000' });
    expect(run('paper', { nowMs: 1_704_067_200_000 })).toMatchObject({ fills: [] });
  });

  it('liquidation: (10 − 2) / (1 − 0.0106) at Gate and OKX', () => {
    expect(run('liquidation')).toMatchObject({ liquidationPrice: '8.08570851', bankruptcyPrice: '8', margin: '2' });
  });

  it('metrics: 100 to 121 with a fall from 110 to 99', () => {
    const figures = run('metrics') as { returnFraction: number };
    expect(figures).toMatchObject({ finalEquity: '121', drawdownFractionMax: 0.1, tradeCount: 3, expectancy: '7' });
    expect(figures.returnFraction).toBeCloseTo(0.21, 12);
  });

  it('metrics: beside a benchmark, by regime, with activity and an interval, when their inputs are given', () => {
    const change = {
      benchmark: ['10', '11', '9.9', '12.1'],
      exposure: [1, 0.5, 0],
      tradedValue: '300',
      costs: '1.5',
      regimes: ['bull', 'bear', 'bull'],
      tradeRegimes: ['bull', null, 'bear'],
      bootstrap: { samples: 50 },
    };
    expect(run('metrics', change)).toMatchObject({
      benchmark: { alpha: expect.closeTo(0, 9), beta: expect.closeTo(1, 12), correlation: expect.closeTo(1, 12) },
      activity: { timeInMarketFraction: 2 / 3, exposureFractionMean: 0.5, exposureFractionMax: 1, costs: '1.5' },
      byRegime: {
        bear: { bars: 1, tradeCount: 1 },
        bull: { bars: 1, tradeCount: 1 },
        unknown: { bars: 1, tradeCount: 1 },
      },
      sharpeInterval: { low: expect.any(Number), high: expect.any(Number) },
    });
    expect(refusalOf('metrics', { ...exampleOf('metrics'), benchmark: ['1'] })).toEqual(['INPUT_RANGE ']);
    expect(refusalOf('metrics', {})).toEqual(['INPUT_REQUIRED equity']);
    expect(run('metrics', { returns: [0.1, -0.1, 0.1] })).toMatchObject({ finalEquity: '121', returns: { omega: 2 } });
  });

  it('psr: 0.458 a month over 24 months is 98.2 % sure with normal returns, 91.3 % with these', () => {
    expect(run('psr')).toMatchObject({ psr: expect.closeTo(0.913361083860933, 12) });
    expect(run('psr', { skewness: 0, kurtosis: 3 })).toMatchObject({ psr: expect.closeTo(0.9816749190910771, 12) });
    expect(run('psr', { sharpe: undefined, returns: [0.01, -0.01] })).toMatchObject({ sharpe: 0, psr: 0.5 });
    expect(refusalOf('psr', { sharpe: 1 })).toEqual(['INPUT_REQUIRED returns']);
    expect(refusalOf('psr', { returns: [0.1, 0.1, 0.1] })).toEqual(['INPUT_RANGE ']);
  });

  it('dsr: the best of 100 trials with 2.5 a year is 90.04 % sure', () => {
    expect(run('dsr')).toMatchObject({ dsr: expect.closeTo(0.9003968344493903, 10), effectiveTrials: 100 });
    expect(run('dsr', { meanCorrelation: 1 })).toMatchObject({ effectiveTrials: 1, luckySharpe: 0 });
  });

  it('pbo: two strategies that take turns are overfitted in every split that one of them wins', () => {
    const { probability, splits } = run('pbo', { withSplits: true }) as { probability: number; splits: object[] };
    expect(splits).toHaveLength(70);
    expect(probability).toBeGreaterThan(0.3);
    expect(refusalOf('pbo', { ...exampleOf('pbo'), blocks: 7 })).toEqual(['INPUT_RANGE ']);
  });

  it('spa: a strategy that beats the benchmark in every period is more than luck; the same seed says so again', () => {
    const differences = Array.from({ length: 30 }, (_, i) => [0.01 + (i % 3) / 1_000, ((i % 2) - 0.5) / 100]);
    expect(run('spa', { differences })).toMatchObject({ best: 0, upper: 0, consistent: 0, lower: 0 });
    expect(run('spa')).toEqual(run('spa'));
  });

  it('splits: one bar on each side of the first two thirds is left out', () => {
    expect(run('splits')).toMatchObject({
      splits: [
        {
          test: [
            { from: 0, to: 4 },
            { from: 4, to: 8 },
          ],
          train: [{ from: 9, to: 12 }],
        },
        {
          test: [
            { from: 0, to: 4 },
            { from: 8, to: 12 },
          ],
          train: [{ from: 5, to: 7 }],
        },
        {
          test: [
            { from: 4, to: 8 },
            { from: 8, to: 12 },
          ],
          train: [{ from: 0, to: 3 }],
        },
      ],
      paths: [
        [0, 0, 1],
        [1, 2, 2],
      ],
    });
    expect(run('splits', { method: 'walkForward', folds: 2 })).toMatchObject({
      splits: [{ train: [{ from: 0, to: 3 }], test: [{ from: 4, to: 8 }] }, { train: [{ from: 0, to: 7 }] }],
    });
  });

  it('tpe: a point of the space, the same for the same history and seed; refuses a history of another space', () => {
    const { point } = run('tpe') as { point: Record<string, number> };
    expect(run('tpe')).toEqual({ point, trial: 2 });
    expect(run('tpe', { seed: 2 })).not.toEqual({ point, trial: 2 });
    expect(point.fast).toBeLessThan(point.slow ?? 0);
    const history = [{ point: { fast: 4, slow: 30.5, stopAtr: 1, avrage: 'sma' }, value: 1 }];
    expect(refusalOf('tpe', { ...exampleOf('tpe'), history })).toEqual([
      'INPUT_RANGE history[0].point.fast',
      'INPUT_RANGE history[0].point.slow',
      'INPUT_REQUIRED history[0].point.average',
      'INPUT_UNKNOWN_FIELD history[0].point.avrage',
    ]);
    const impossible = {
      parameters: { a: { kind: 'float', low: 3, high: 2 } },
      constraints: [{ lower: 'a', upper: 'b' }],
    };
    expect(refusalOf('tpe', { space: impossible })).toEqual([
      'INPUT_RANGE space.parameters.a.low',
      'INPUT_RANGE space.constraints[0].upper',
    ]);
  });

  it('genome: 15 % of equity is repaired to 10 %, and the rules can be read', () => {
    expect(run('genome')).toMatchObject({
      text: [
        'long when RSI(14) is below 30 and trend is up',
        'only while regime is bull',
        'out when held for more than 6 bars',
        'risk 10 % of equity, stop 2 ATR, target 4 ATR, no limit of time',
      ],
      complexity: 5,
      children: [{ complexity: expect.any(Number) }],
    });
    const { signals } = run('genome', { bars: exampleOf('features').bars }) as { signals: object };
    expect(signals).toEqual({ entryLong: [], entryShort: [], exit: [], closeAfterBars: 7 });
  });

  it('leverage: a forced close is a close whatever the agent likes best, and Kelly of 0 is nothing', () => {
    const { qValues } = exampleOf('leverage');
    const best = { ...fieldsOf(qValues), long10x: 99 };
    const held = { position: { side: 'long', leverage: 10 }, marginRatio: 0.86 };
    expect(run('leverage', { qValues: best, ...held })).toMatchObject({ action: 'close', leverage: 0, confidence: 1 });
    const edge = { winProbability: 0.5, win: 0.01, loss: 0.01 };
    expect(run('leverage', { qValues: best, edge })).toMatchObject({ kellyFraction: 0, size: { quantity: '0' } });
  });

  it('kelly and reward: a coin of 51 %, and a short below −5 %', () => {
    const coin = { winProbability: 0.51, win: 1, loss: 1 };
    expect(run('kelly', { binary: coin })).toMatchObject({ kellyFraction: expect.closeTo(0.02, 12) });
    const continuous = { mean: 0.11, standardDeviation: 0.15, riskFreeRate: 0.06 };
    expect(run('kelly', { binary: undefined, continuous })).toMatchObject({ growth: expect.closeTo(0.11555555555, 9) });
    expect(refusalOf('kelly', { binary: coin, continuous })).toHaveLength(1);
    const short = { side: 'short', leverage: 1, pnlFraction: -0.06 };
    const step = { stepReturnFraction: 0, realisedVolatility: 0.01, position: short };
    expect(run('reward', { leverage: [step] })).toMatchObject({ steps: [{ short: -2 }], reward: -2 });
  });

  it('allocate: the best gets the maximum, and the excess is shared equally', () => {
    const scores = [0.9, 0.6, 0.1, 0.05];
    const close = (weight: number) => expect.closeTo(weight, 12);
    expect(run('allocate', { scores })).toMatchObject({ weights: [0.4, 0.4, 0.125, 0.075].map(close) });
    expect(run('allocate', { scores: [3, 1] })).toMatchObject({ weights: [0.4, 0.4], cashFraction: close(0.2) });
    const strategies = [{ strategyId: 'a' }, { strategyId: 'b', health: 'disabled' }];
    expect(run('allocate', { scores: undefined, strategies })).toMatchObject({ cashFraction: close(0.6) });
    const covariance = [
      [0.04, 0],
      [0, 0.01],
    ];
    const asked = { scores: undefined, covariance };
    for (const method of ['inverseVolatility', 'equalRiskContribution']) {
      expect(run('allocate', { ...asked, method })).toMatchObject({ weights: [1 / 3, 2 / 3].map(close) });
    }
    for (const method of ['inverseVariance', 'hrp']) {
      expect(run('allocate', { ...asked, method })).toMatchObject({ weights: [0.2, 0.8].map(close) });
    }
    const wide = { ...asked, method: 'minimumVariance', maxFraction: 0.7 };
    expect(run('allocate', wide)).toMatchObject({ weights: [0.3, 0.7].map(close) });
    expect(refusalOf('allocate', { scores, method: 'hrp', covariance })).toEqual(['INPUT_RANGE scores']);
    for (const [method, correlation] of [
      ['hrp', [[1]]],
      ['inverseVariance', covariance],
    ] as const) {
      expect(refusalOf('allocate', { covariance, method, correlation })).toEqual(['INPUT_RANGE correlation']);
    }
    const { weights } = run('allocate') as { weights: number[] };
    expect(weights.map((weight) => weight.toFixed(9))).toEqual(['0.400000000', '0.350000000', '0.250000000']);
  });
});

type MetricCase = { metric: string; series: string; params: Record<string, number | string>; expected: number };
type Golden = { series: Record<string, (number | null)[]>; cases: MetricCase[] };
const golden = goldenJson<Golden>('reference/performance_empyrical.json');

/** Field of the answer, and the sign it is printed with elsewhere. */
const FIELDS: Readonly<Record<string, string>> = {
  max_drawdown: 'drawdownFractionMax',
  annual_return_geometric: 'annualReturnFraction',
  annual_volatility_ddof1: 'volatilityFraction',
  downside_risk: 'downsideRiskFraction',
  excess_sharpe: 'excessSharpe',
  stability_of_timeseries: 'stability',
};

describe.skipIf(golden === null)("metrics: empyrical's published cases out of returns", () => {
  it.each(golden?.cases ?? [])('$metric of $series with $params', ({ metric, series, params, expected }) => {
    const level = (name: string) => golden?.series[String(params[name])] ?? params[name] ?? 0;
    const answer = calculationNamed('metrics').run({
      returns: golden?.series[series],
      periodsPerYear: params.periods_per_year ?? 252,
      riskFree: metric === 'excess_sharpe' ? level('factor_returns') : level('risk_free'),
      requiredReturn: level('required_return'),
      requiredAnnualReturn: params.required_return_annual ?? 0,
    }) as Record<string, number | null>;
    const got = answer[FIELDS[metric] ?? metric] ?? Number.NaN;
    const signed = metric === 'max_drawdown' ? -got : got;
    expect(Math.abs(signed - expected)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(expected)));
  });
});

describe('mistakes', () => {
  it('of one document are listed together', () => {
    const bars = [
      { openTimeMs: 2, open: '10', high: '9', low: '8', close: '9', volume: '1' },
      { openTimeMs: 1, open: '10', high: '11', low: '9', close: '10', volume: '-1' },
    ];
    expect(refusalOf('levels', { bars, barIntervalMs: 0 })).toEqual([
      'INPUT_RANGE barIntervalMs',
      'INPUT_RANGE bars[1].volume',
      'INPUT_RANGE bars[0].high',
      'INPUT_RANGE bars[1].openTimeMs',
    ]);
    expect(
      refusalOf('size', { equity: 100_000, price: '0', positionFractionMax: 8, stopDistanceFraction: 0.1 }),
    ).toEqual(['INPUT_RANGE positionFractionMax', 'INPUT_TYPE equity', 'INPUT_RANGE price']);
  });

  it('of a group that has no answer carry its own code', () => {
    expect(refusalOf('allocate', { scores: [1, 1], cashAllowed: false })).toEqual(['ALLOC_INFEASIBLE weights']);
    const [order] = z.array(z.unknown()).parse(exampleOf('paper').orders);
    expect(refusalOf('paper', { ...exampleOf('paper'), orders: [order, order] })).toEqual([
      'INPUT_RANGE orders[1].clientOrderId',
    ]);
    expect(refusalOf('liquidation', { ...exampleOf('liquidation'), leverage: 0 })).toEqual(['INPUT_RANGE leverage']);
  });
});

describe('ceo', () => {
  it('is defensive at a score of 75 with a drawdown of 4 %, and decides each further state for itself', () => {
    const { inputs, memory, nowMs } = exampleOf('ceo');
    const { risk, ...others } = fieldsOf(inputs);
    const calm = { ...others, risk: { ...fieldsOf(risk), score: 10, drawdownDailyFraction: 0 } };
    const states = [
      { inputs: calm, memory, nowMs },
      { inputs: calm, memory: { ...fieldsOf(memory), clearCount: 2 }, nowMs: 2e12 },
    ];
    expect(run('ceo', { states })).toMatchObject({
      ...{
        mode: 'defensive',
        oldMode: 'stability',
        switched: true,
        rule: 'defensive',
        memory: { switchedAtMs: nowMs },
      },
      states: [
        { mode: 'stability', rule: 'expansion', clearCount: 1 },
        { mode: 'growth', switched: true },
      ],
    });
  });

  it('tells every mistake of a state at once', () => {
    const document = {
      nowMs: 1,
      inputs: { ...fieldsOf(exampleOf('ceo').inputs), risk: { portfolioKnown: 'yes', score: -1, stale: false } },
    };
    expect(refusalOf('ceo', document)).toEqual([
      'INPUT_TYPE inputs.risk.portfolioKnown',
      'INPUT_RANGE inputs.risk.score',
      'INPUT_REQUIRED inputs.risk.drawdownDailyFraction',
    ]);
  });
});

describe('the command', () => {
  const calc = (words: readonly string[], input = '') => {
    const script = path.resolve('scripts/run.mjs');
    const { status, stdout } = spawnSync(process.execPath, [script, 'calc', ...words], { input, encoding: 'utf8' });
    return { status, stdout };
  };

  it('answers its own example from stdin, lists the names, and ends with 2 on a mistake', () => {
    const example = calc(['size', '--example']);
    expect(example.status).toBe(0);
    const answer = calc(['size', '--input', '-'], example.stdout);
    expect([answer.status, JSON.parse(answer.stdout)]).toEqual([
      0,
      { ok: true, result: { sizeFraction: 0.05, quantity: '0.16666666' } },
    ]);
    expect(calc([]).stdout.trim().split('\n')).toHaveLength(NAMES.length);
    const refused = calc(['size', '--input', '-'], '{"equity"');
    expect([refused.status, JSON.parse(refused.stdout).problems[0].code]).toEqual([2, 'JSON_INVALID']);
    expect(calc(['sise', '--example']).status).toBe(2);
  });
});
