/** Detectors of drift: the alarms that public libraries print, and what they owe any stream. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADWIN, createAdwin } from '../../../../domain/learning/drift/adwin.ts';
import { alarmIndices, type DriftDetector } from '../../../../domain/learning/drift/detector.ts';
import { createDdm, createEddm } from '../../../../domain/learning/drift/error-rate.ts';
import { createPageHinkley, PAGE_HINKLEY } from '../../../../domain/learning/drift/page-hinkley.ts';
import { createZScore } from '../../../../domain/learning/drift/z-score.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { drift } from '../../../../scripts/lib/calc/drift.ts';
import { goldenJson } from '../golden-json.ts';

type Streams = Readonly<
  Record<'stream_river_a' | 'stream_river_b' | 'stream_skmf_binary' | 'stream_capymoa', number[]>
>;
const golden = goldenJson<{ streams: Streams }>('reference/drift_detectors.json');
const streams = golden?.streams as Streams;
const alarmsOf = (document: object): unknown => (drift.run(document) as { alarms: unknown }).alarms;

describe.skipIf(golden === null)('detectors alarm where the libraries that published them do', () => {
  it('Page-Hinkley, as River prints it', () => {
    const document = { detector: 'pageHinkley', values: streams.stream_river_a };
    expect(alarmsOf(document)).toEqual([1006]);
  });

  it('ADWIN, as River prints it, which begins anew, and as MOA does, which goes on with what is left', () => {
    expect(alarmsOf({ detector: 'adwin', values: streams.stream_river_a })).toEqual([1023]);
    const parameters = { delta: 0.001, afterAlarm: 'shrink' };
    expect(alarmsOf({ detector: 'adwin', values: streams.stream_capymoa, parameters })).toEqual([1023, 1055]);
  });

  it('DDM of River and of scikit-multiflow, and EDDM', () => {
    expect(alarmsOf({ detector: 'ddm', values: streams.stream_river_b })).toEqual([1334]);
    expect(alarmsOf({ detector: 'ddm', values: streams.stream_skmf_binary })).toEqual([103, 1060]);
    expect(alarmsOf({ detector: 'eddm', values: streams.stream_skmf_binary })).toEqual([64, 1135]);
  });
});

/** Values of standard deviation 1; their mean is `shift` from index `from` on. */
function noise(seed: number, count: number, from: number, shift: number): number[] {
  const random = createRandom(`drift:${seed}`);
  return Array.from({ length: count }, (_, k) => Math.sqrt(12) * (random.uniform() - 0.5) + (k < from ? 0 : shift));
}

const detectors: Readonly<Record<string, () => DriftDetector>> = {
  adwin: () => createAdwin(),
  pageHinkley: () => createPageHinkley({ ...PAGE_HINKLEY, direction: 'both' }),
  zScore: () => createZScore(),
};

describe.each(Object.entries(detectors))('%s', (_, create) => {
  it('finds a mean that moves by two deviations, up or down, within 200 values', () => {
    for (const shift of [2, -2]) {
      const [first] = alarmIndices(create(), noise(1, 2_000, 1_000, shift));
      expect(first).toBeGreaterThanOrEqual(1_000);
      expect(first).toBeLessThan(1_200);
    }
  });

  it('says nothing of a stream that stays constant', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 5 }), (value) => {
        expect(alarmIndices(create(), new Array(1_500).fill(value))).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  it('nor of a large one, whose sums are beyond what a number holds exactly', () => {
    for (const value of [1e14 + 0.3, 1e15 + 0.125, -1e16 / 3, 1e20 / 3, 1e150 / 7]) {
      expect(alarmIndices(create(), new Array(1_500).fill(value))).toEqual([]);
    }
  });

  it('knows no later value: a longer stream alarms at the same places', () => {
    const values = noise(2, 2_400, 900, 3);
    const all = alarmIndices(create(), values);
    expect(alarmIndices(create(), values.slice(0, 1_500))).toEqual(all.filter((index) => index < 1_500));
  });
});

describe('the z-score', () => {
  it('needs three checks running: two blocks that stand out and go again are no drift', () => {
    const spike = noise(3, 2_000, 5_000, 0).map((value, k) => value + (k >= 1_000 && k < 1_100 ? 5 : 0));
    expect(alarmIndices(createZScore(), spike)).toEqual([]);
    const lasting = noise(3, 2_000, 1_000, 5);
    expect(alarmIndices(createZScore(), lasting)).toEqual([1_149]);
  });

  it('is wrong at most now and then on a hundred streams of noise, 3,000 values each', () => {
    const alarms = Array.from({ length: 100 }, (_, seed) => alarmIndices(createZScore(), noise(seed, 3_000, 1e9, 0)));
    expect(alarms.flat().length).toBeLessThan(10);
  });
});

describe('ADWIN', () => {
  it('keeps the newer part of its window after an alarm where told to; alarms no more often than checks', () => {
    const alarms = alarmIndices(createAdwin({ ...ADWIN, afterAlarm: 'shrink' }), noise(4, 3_000, 1_500, 1));
    expect(alarms.length).toBeGreaterThan(0);
    expect(alarms.every((index) => (index + 1) % ADWIN.clock === 0)).toBe(true);
  });
});

describe('error rates', () => {
  it('are of right and wrong alone', () => {
    for (const detector of ['ddm', 'eddm']) {
      expect(() => drift.run({ detector, values: [0, 1, 0.5] })).toThrow('values[2]: got 0.5, expected 0 or 1');
    }
  });

  it('that fall are no drift, those that rise are', () => {
    const random = createRandom('errors');
    const of = (before: number, after: number) =>
      Array.from({ length: 1_000 }, (_, k) => Number(random.uniform() < (k < 500 ? before : after)));
    expect(alarmIndices(createDdm(), of(0.4, 0.1))).toEqual([]);
    expect(alarmIndices(createDdm(), of(0.1, 0.6)).at(-1)).toBeGreaterThan(500);
    expect(alarmIndices(createEddm(), of(0.1, 0.6)).at(-1)).toBeGreaterThan(500);
  });
});
