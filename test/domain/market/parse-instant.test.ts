import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../../domain/market/parse-instant.ts';

const code = (text: string, options = {}) => {
  const result = parseInstant(text, options);
  return result.ok ? result.ms : result.code;
};

describe('an instant', () => {
  it.each([
    ['1970-01-02T00:00:00Z', 86_400_000],
    ['1970-01-02 00:00:00Z', 86_400_000],
    ['1970-01-02T00:00Z', 86_400_000],
    ['1970-01-02T01:30:00+01:30', 86_400_000],
    ['1970-01-01T19:00:00-0500', 86_400_000],
    ['1970-01-01T19:00:00-05', 86_400_000],
    ['1970-01-02T00:00:00.25Z', 86_400_250],
    ['1970-01-02T00:00:00.250000Z', 86_400_250],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000],
    ['1760000000000', 1_760_000_000_000],
  ])('%s is read', (text, ms) => {
    expect(code(text)).toBe(ms);
  });

  it.each([
    ['2026-02-30', 'DATA_TIME_INVALID'],
    ['2026-02-30T00:00:00Z', 'DATA_TIME_INVALID'],
    ['2023-02-29T00:00:00Z', 'DATA_TIME_INVALID'],
    ['2026-13-01T00:00:00Z', 'DATA_TIME_INVALID'],
    ['2026-03-08T02:30', 'DATA_TIME_INVALID'],
    ['2026-01-05T24:00:00Z', 'DATA_TIME_INVALID'],
    ['2026-01-05T10:60:00Z', 'DATA_TIME_INVALID'],
    ['2026-01-05T10:00:00 EST', 'DATA_TIME_INVALID'],
    ['2026-01-05T10:00:00+15:00', 'DATA_TIME_INVALID'],
    ['2026-01-05T10:00:00.0005Z', 'DATA_TIME_INVALID'],
    ['2026-01-05Z', 'DATA_TIME_INVALID'],
    ['05/01/2026', 'DATA_TIME_INVALID'],
    ['20260105T100000Z', 'DATA_TIME_INVALID'],
    ['', 'DATA_TIME_INVALID'],
    ['２０２６-01-05T10:00:00Z', 'DATA_TIME_INVALID'],
    ['2026-03-08T12:30', 'DATA_TIME_ZONE_MISSING'],
    ['2026-03-15T02:30', 'DATA_TIME_ZONE_MISSING'],
    ['2026-01-05 10:00:00', 'DATA_TIME_ZONE_MISSING'],
    ['2026-01-05', 'DATA_TIME_ZONE_MISSING'],
    ['1760000000', 'DATA_TIME_RANGE'],
    ['1760000000000000', 'DATA_TIME_RANGE'],
    ['0', 'DATA_TIME_RANGE'],
    ['-1', 'DATA_TIME_RANGE'],
    ['0026-01-05T10:00:00Z', 'DATA_TIME_RANGE'],
  ])('%s is refused as %s', (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  it('may be a date alone only where that is asked for', () => {
    expect(code('2024-01-31', { dateOnly: true })).toBe(1_706_659_200_000);
    expect(code('2024-02-30', { dateOnly: true })).toBe('DATA_TIME_INVALID');
  });

  it('says that seconds look like seconds', () => {
    expect(parseInstant('1760000000')).toMatchObject({ hint: 'looks like seconds: multiply by 1000' });
    expect(parseInstant('1760000000000000')).toMatchObject({ hint: 'looks like microseconds: divide by 1000' });
    expect(parseInstant('1760000000000000000')).toMatchObject({ hint: 'looks like nanoseconds: divide by 1000000' });
  });

  it('agrees with the calendar of the language for every instant from 1973 on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100_000_000_000, max: 7_258_118_399_999 }), (ms) => {
        expect(code(new Date(ms).toISOString())).toBe(ms);
        expect(code(String(ms))).toBe(ms);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof parseInstant(text).ok).toBe('boolean');
      }),
    );
  });
});
