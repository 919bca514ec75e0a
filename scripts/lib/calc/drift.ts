/** `calc drift`: at which values of a stream a detector says that it has changed. */
import { z } from 'zod';
import { ADWIN, createAdwin } from '../../../domain/learning/drift/adwin.ts';
import { alarmIndices, type DriftDetector } from '../../../domain/learning/drift/detector.ts';
import { createDdm, createEddm, DDM, EDDM } from '../../../domain/learning/drift/error-rate.ts';
import { createPageHinkley, PAGE_HINKLEY } from '../../../domain/learning/drift/page-hinkley.ts';
import { createZScore, Z_SCORE } from '../../../domain/learning/drift/z-score.ts';
import { CUSUM, createCusum } from '../../../domain/learning/online/cusum.ts';
import { problemsAt } from '../../../schemas/parse-input.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { calculation } from './calculation.ts';

const VALUES_MAX = 1_000_000;
const count = (least: number) => z.number().int().min(least).max(VALUES_MAX);
const positive = z.number().positive();
const share = z.number().gt(0).max(1);

const settings = {
  pageHinkley: z.strictObject({
    minInstances: count(1).default(PAGE_HINKLEY.minInstances),
    delta: z.number().min(0).default(PAGE_HINKLEY.delta),
    threshold: positive.default(PAGE_HINKLEY.threshold),
    alpha: share.default(PAGE_HINKLEY.alpha),
    direction: z.enum(['up', 'down', 'both']).default(PAGE_HINKLEY.direction),
  }),
  adwin: z.strictObject({
    delta: z.number().gt(0).lt(1).default(ADWIN.delta),
    clock: count(1).default(ADWIN.clock),
    maxBuckets: count(2).max(1_000).default(ADWIN.maxBuckets),
    minWindowLength: count(1).default(ADWIN.minWindowLength),
    gracePeriod: count(1).default(ADWIN.gracePeriod),
    afterAlarm: z.enum(['reset', 'shrink']).default(ADWIN.afterAlarm),
  }),
  zScore: z
    .strictObject({
      reference: count(2).default(Z_SCORE.reference),
      every: count(1).default(Z_SCORE.every),
      limit: positive.default(Z_SCORE.limit),
      running: count(1).max(1_000).default(Z_SCORE.running),
    })
    .refine(({ reference, every }) => reference >= 2 * every, { error: 'a reference of at least two checks' }),
  cusum: z.strictObject({
    slack: z.number().min(0).default(CUSUM.slack),
    limit: positive.default(CUSUM.limit),
  }),
  ddm: z.strictObject({
    warmStart: count(1).default(DDM.warmStart),
    driftThreshold: positive.default(DDM.driftThreshold),
  }),
  eddm: z.strictObject({
    minErrors: count(1).default(EDDM.minErrors),
    driftShare: share.default(EDDM.driftShare),
  }),
};

const DETECTORS = ['pageHinkley', 'adwin', 'zScore', 'cusum', 'ddm', 'eddm'] as const;
const described = Object.entries(settings).map(([detector, schema]) => ({
  detector,
  parameters: z.toJSONSchema(schema, { io: 'input' }),
}));

const question = z
  .strictObject({
    detector: z.enum(DETECTORS).default('zScore'),
    /**
     * cusum takes standard deviations from the mean they are held against; ddm and eddm take 1 for wrong, 0 for right.
     */
    values: z.array(z.number()).max(VALUES_MAX),
    parameters: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'of the detector, see `detectors`; absent ones take its defaults', detectors: described }),
  })
  .superRefine(({ detector, values }, issues) => {
    const at = detector === 'ddm' || detector === 'eddm' ? values.findIndex((one) => one !== 0 && one !== 1) : -1;
    if (at >= 0) issues.addIssue({ code: 'custom', path: ['values', at], input: values[at], message: '0 or 1' });
  });
type Asked = z.output<typeof question>;

export const drift = calculation({
  name: 'drift',
  about: 'alarms (counted from 0) of pageHinkley, adwin, zScore, cusum, ddm or eddm on a stream of values',
  schema: question,
  /** A mean that moves from 0 to 2 behind value 99. */
  example: {
    detector: 'adwin',
    values: Array.from({ length: 200 }, (_, k) => (k < 100 ? 0 : 2) + ((k * 7) % 5) / 10),
    parameters: { delta: 0.002 },
  },
  answer: ({ detector, values, parameters }) => {
    const { settings: used, detect } = detectorOf(detector, parameters);
    return { detector, parameters: used, alarms: alarmIndices(detect, values) };
  },
});

type Chosen = { readonly settings: object; readonly detect: DriftDetector };

/** @throws InvalidInput with the parameters that are wrong */
function detectorOf(detector: Asked['detector'], given: Asked['parameters']): Chosen {
  switch (detector) {
    case 'pageHinkley':
      return chosen(settings.pageHinkley, given, createPageHinkley);
    case 'adwin':
      return chosen(settings.adwin, given, createAdwin);
    case 'zScore':
      return chosen(settings.zScore, given, createZScore);
    case 'cusum':
      return chosen(settings.cusum, given, createCusum);
    case 'ddm':
      return chosen(settings.ddm, given, createDdm);
    case 'eddm':
      return chosen(settings.eddm, given, createEddm);
  }
}

function chosen<S extends z.ZodType<object>>(
  schema: S,
  given: Asked['parameters'],
  create: (parameters: z.output<S>) => DriftDetector,
): Chosen {
  const problems = problemsAt(schema, given, ['parameters']);
  if (problems.length > 0) throw new InvalidInput(problems);
  const parsed = schema.parse(given);
  return { settings: parsed, detect: create(parsed) };
}
