/** `npm run calc` from indicators to orders and the CEO's modes, with figures that a reader can check by hand. */
import { describe, expect, it } from 'vitest';
import { exampleOf, fieldsOf, refusalOf, run } from './calculate.ts';

describe('trading a reader can check by hand', () => {
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

  it('combine: refuses a second vote of a component, wherever it stands', () => {
    const technical = { component: 'technical', side: 1, confidence: 0.8 };
    const twice = { contributions: [technical, { component: 'llm', side: 1, confidence: 1 }, technical] };
    const refusal = 'contributions[2].component: got "technical", expected each component once';
    expect(() => run('combine', twice)).toThrow(refusal);
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

  it('gate: counts shares opened today as day trades to come, and those without an instant not', () => {
    const nowMs = Date.UTC(2024, 0, 3, 15);
    const asked = (opened: Readonly<Record<string, unknown>>) => {
      const held = { strategyId: 'momentum', quantity: '1', markPrice: '100', ...opened };
      const positions = ['AAPL', 'MSFT', 'XOM'].map((symbol) => ({ ...held, symbol }));
      return run('gate', {
        ...{ nowMs, correlationGroup: [], account: { equity: '20000', cash: '20000', positions, usMargin: true } },
        intent: { ...fieldsOf(exampleOf('gate').intent), symbol: 'SPY', quantity: '0.1' },
        market: { ...fieldsOf(exampleOf('gate').market), barOpenTimeMs: nowMs - 3_600_000 },
      });
    };
    expect(asked({})).toEqual({ approved: true, reasons: [] });
    expect(asked({ openedAtMs: nowMs - 60_000 })).toMatchObject({ reasons: [{ rule: 'patternDayTrade' }] });
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
