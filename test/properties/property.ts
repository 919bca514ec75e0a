/**
 * A property is a function of the implementation it is asked of. `itHolds` asks it of the desk's own code 10,000 times,
 * and of variants with a fault planted in them: there fast-check must find a counterexample, or the property is blind.
 * A run marks what it had in it (partial fills, UNKNOWN, ...); each kind must be in at least 5 % of the runs.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const RUNS = 10_000;
const SHARE_MIN = 0.05;
const SEED = 20_260_101;
/** Seconds on an idle machine; the rest is for one that is busy with other files. */
const TIMEOUT_MS = 300_000;

/** Says that the run had something of this kind in it; said twice it counts once. */
export type Mark<Kind extends string> = (kind: Kind) => void;

export type Property<Subject, Case, Kind extends string> = {
  readonly name: string;
  readonly cases: fc.Arbitrary<Case>;
  /** Throws where the subject breaks the property. */
  readonly holds: (subject: Subject, one: Case, mark: Mark<Kind>) => void | Promise<void>;
  readonly kinds: readonly Kind[];
  readonly subject: Subject;
  /** Broken variants by the name of what is wrong with them. */
  readonly faults: Readonly<Record<string, Subject>>;
  /** @default 10,000 */
  readonly runs?: number;
};

/** Declares the tests of one property: that it holds, and that it sees each planted fault. */
export function itHolds<Subject, Case, Kind extends string>(property: Property<Subject, Case, Kind>): void {
  const { name, cases, holds, kinds, subject, faults, runs = RUNS } = property;
  describe(name, () => {
    it(
      `holds in ${runs} runs`,
      async () => {
        const counts = new Map<Kind, number>(kinds.map((kind) => [kind, 0]));
        const counted = async (one: Case): Promise<void> => {
          const seen = new Set<Kind>();
          await holds(subject, one, (kind) => seen.add(kind));
          for (const kind of seen) counts.set(kind, (counts.get(kind) ?? 0) + 1);
        };
        await fc.assert(fc.asyncProperty(cases, counted), { numRuns: runs, seed: SEED });
        console.info(`${name}: ${runs} runs; ${sharesText(counts, runs)}`);
        for (const [kind, count] of counts) expect(count / runs, kind).toBeGreaterThanOrEqual(SHARE_MIN);
      },
      TIMEOUT_MS,
    );

    it.each(Object.keys(faults))(
      'sees the fault: %s',
      async (fault) => {
        const broken = faults[fault] as Subject;
        const asked = fc.asyncProperty(cases, (one) => Promise.resolve(holds(broken, one, () => undefined)));
        const found = await fc.check(asked, { numRuns: RUNS, seed: SEED, endOnFailure: true });
        expect(found.failed).toBe(true);
      },
      TIMEOUT_MS,
    );
  });
}

const sharesText = (counts: ReadonlyMap<string, number>, runs: number): string =>
  [...counts].map(([kind, count]) => `${kind} ${((100 * count) / runs).toFixed(1)} %`).join(', ');
