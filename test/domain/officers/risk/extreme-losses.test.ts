/** Peaks over threshold and Hill's estimate: evir's numbers on the Danish fire losses, and what is not trusted. */
import { describe, expect, it } from 'vitest';
import { evtLoss, fitTail } from '../../../../domain/officers/risk/evt-loss.ts';
import { fitGeneralisedPareto } from '../../../../domain/officers/risk/generalised-pareto.ts';
import { hillEstimate } from '../../../../domain/officers/risk/hill.ts';
import { goldenJson } from '../../learning/golden-json.ts';

type Fit = {
  readonly threshold: number;
  readonly n_exceed: number;
  readonly xi: number;
  readonly beta: number;
  readonly se_xi: number;
  readonly se_beta: number;
  readonly nllh: number;
  readonly p: readonly number[];
  readonly quantile: readonly number[];
  readonly shortfall: readonly number[];
};
type Golden = {
  readonly danish: readonly number[];
  readonly hill: readonly { k: number; xi_threshold_k_plus_1: number }[];
} & Readonly<Record<'gpd_u5' | 'gpd_u10' | 'gpd_u20' | 'gpd_top500', Fit>>;
const golden = goldenJson<Golden>('reference/evt_danish.json');
const losses = [...(golden?.danish ?? [])].sort((a, b) => a - b);
const parts = (ours: number | null | undefined, theirs: number | undefined): number =>
  Math.abs((ours ?? 0) / (theirs ?? 1) - 1);
const FITS = ['gpd_u5', 'gpd_u10', 'gpd_u20', 'gpd_top500'] as const;

describe.skipIf(golden === null)('evir on 2,167 Danish fire losses', () => {
  it.each(FITS)('%s: ξ and β to 1e-3, with their errors, at a likelihood that is at least theirs', (name) => {
    const theirs = golden?.[name];
    const { exceedances, fit } = fitTail(losses, { threshold: theirs?.threshold, exceedancesMin: 30 });
    expect(exceedances).toBe(theirs?.n_exceed);
    expect(parts(fit?.xi, theirs?.xi)).toBeLessThan(1e-3);
    expect(parts(fit?.beta, theirs?.beta)).toBeLessThan(1e-3);
    expect(parts(fit?.xiError, theirs?.se_xi)).toBeLessThan(2e-3);
    expect(parts(fit?.betaError, theirs?.se_beta)).toBeLessThan(2e-3);
    expect(fit?.negativeLogLikelihood).toBeLessThanOrEqual(theirs?.nllh ?? 0);
  });

  it.each(['gpd_u10', 'gpd_u20'] as const)('%s: VaR and ES from 99 % to 99.9 % to 1e-3', (name) => {
    const theirs = golden?.[name];
    const tail = fitTail(losses, { threshold: theirs?.threshold, exceedancesMin: 30 });
    theirs?.p.forEach((level, i) => {
      const ours = evtLoss(tail, level);
      expect(parts(ours?.var, theirs.quantile[i])).toBeLessThan(1e-3);
      expect(parts(ours?.es, theirs.shortfall[i])).toBeLessThan(1e-3);
    });
  });

  it.each(golden?.hill ?? [])('Hill of the $k largest', ({ k, xi_threshold_k_plus_1: xi }) => {
    expect(hillEstimate(losses, k)?.xi).toBeCloseTo(xi, 11);
  });

  it('36 losses beyond 20 are too few for the desk, and it says so with the threshold', () => {
    const { refusal } = fitTail(losses, { threshold: 20, exceedancesMin: 50 });
    expect(refusal).toBe('36 losses beyond the threshold 20.00, fewer than 50');
    expect(fitTail(losses, { threshold: 10, exceedancesMin: 50 }).refusal).toBeNull();
  });
});

describe('a tail that is known', () => {
  /** The quantiles of a generalised Pareto distribution, without luck. */
  const tailOf = (xi: number, beta: number, count = 2_000): number[] =>
    Array.from({ length: count }, (_none, k) => {
      const u = 1 - (k + 0.5) / count;
      return xi === 0 ? -beta * Math.log(u) : (beta / xi) * (u ** -xi - 1);
    });

  it.each([[-0.3], [-0.1], [0], [0.2], [0.6], [1.2]])('of ξ = %d is found again', (xi) => {
    const fit = fitGeneralisedPareto(tailOf(xi, 0.02));
    expect(fit?.xi).toBeCloseTo(xi, 1);
    expect(parts(fit?.beta, 0.02)).toBeLessThan(0.05);
    expect(fit?.xiError).toBeLessThan(0.06);
  });

  it('without a mean is refused: ξ of 1 or more has no expected shortfall', () => {
    const tail = fitTail(tailOf(1.3, 1), { threshold: 0, exceedancesMin: 50 });
    expect(tail.refusal).toMatch(/ξ = 1\.\d+ has no mean/);
    expect(evtLoss(tail, 0.99)).toBeNull();
  });

  it('says nothing of a level that lies below the threshold, and at the threshold gives the threshold', () => {
    const sorted = Array.from({ length: 1_000 }, (_none, k) => k / 1_000);
    const tail = fitTail(sorted, { exceedancesMin: 50 });
    expect(tail).toMatchObject({ threshold: expect.closeTo(0.8991, 12), exceedances: 100, refusal: null });
    expect(evtLoss(tail, 0.89)).toBeNull();
    expect(evtLoss(tail, 0.9)?.var).toBeCloseTo(tail.threshold, 9);
  });

  it('of equal losses, or of one, has no fit; and no loss above 0 has no tail', () => {
    expect(fitGeneralisedPareto([2, 2, 2])).toBeNull();
    expect(fitGeneralisedPareto([2])).toBeNull();
    expect(
      fitTail([...Array.from({ length: 90 }, () => 0), ...Array.from({ length: 10 }, () => 1)], { exceedancesMin: 5 })
        .refusal,
    ).toMatch(/all equal/);
    expect(hillEstimate([-3, -2, -1, 0, 1, 2], 3)).toBeNull();
    expect(hillEstimate([1, Math.E, Math.E ** 2], 2)).toEqual({ tailCount: 2, xi: 1.5, index: 1 / 1.5 });
  });
});
