/** What a strategy must have shown on paper: 20 closed trades or 7 days, whichever comes first. */
import { describe, expect, it } from 'vitest';
import { isInScope, paperRecordOf } from '../../../domain/risk/paper-record.ts';

const DAY_MS = 86_400_000;
const days = (from: number, to: number) => ({ fromMs: from * DAY_MS, toMs: to * DAY_MS });

describe('a paper record', () => {
  it.each([
    [19, [], 0, false],
    [20, [], 0, true],
    [0, [days(0, 6.99)], 6.99, false],
    [0, [days(0, 7)], 7, true],
    [0, [days(10, 14), days(0, 3)], 7, true],
    [0, [days(0, 4), days(1, 5), days(2, 3)], 5, false],
    [0, [days(0, 1.999)], 1.99, false],
    [0, [], 0, false],
  ])('of %i trades and sessions %j is %d days: enough is %s', (trades, spans, paperDays, isEnough) => {
    const record = { strategyId: 'momentum', closedTrades: trades, paperDays, isEnough };
    expect(paperRecordOf('momentum', trades, spans)).toEqual(record);
  });
});

it('lets trade what was named, or everything under an override that named nothing', () => {
  const strategies = [paperRecordOf('momentum', 20, [])];
  expect(isInScope({ everyStrategy: false, strategies }, 'momentum')).toBe(true);
  expect(isInScope({ everyStrategy: false, strategies }, 'manual')).toBe(false);
  expect(isInScope({ everyStrategy: true, strategies }, 'manual')).toBe(true);
  expect(isInScope({ everyStrategy: false, strategies: [] }, 'momentum')).toBe(false);
});
