/** The desk's policy files: what ships, and every mistake of a file told at once. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCompliance, loadGovernance } from '../../config/policy-files.ts';
import type { Problem } from '../../schemas/problem.ts';
import { complianceSchema, deskLimitsSchema } from '../../schemas/risk.ts';
import { problemsOf } from '../problems-of.ts';

const CONFIG = path.resolve(process.cwd(), 'config');
const shipped = (file: string) => readFileSync(path.join(CONFIG, file), 'utf8');

function folderWith(file: string, text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-policy-'));
  writeFileSync(path.join(folder, file), text);
  return folder;
}

/** The shipped file with pieces replaced; every piece must be there. */
function governanceWith(...changes: readonly (readonly [string, string])[]): readonly Problem[] {
  let text = shipped('governance.yaml');
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return problemsOf(() => loadGovernance(folderWith('governance.yaml', text)));
}
const brief = (problems: readonly Problem[]) => problems.map((one) => [one.code, one.path, one.hint]);

describe('the shipped policy files', () => {
  it('start in stability, with the five profiles of the design', () => {
    const { startMode, profiles } = loadGovernance(CONFIG);
    const rows = Object.entries(profiles).map(([mode, p]) => [
      mode,
      p.positionFractionMax,
      p.positionsMax,
      p.leverageMax,
      p.confidenceMin,
      p.newEntries,
    ]);
    expect(startMode).toBe('stability');
    expect(rows).toEqual([
      ['expansion', 0.1, 10, 10, 0.6, true],
      ['growth', 0.1, 10, 5, 0.6, true],
      ['stability', 0.08, 8, 3, 0.6, true],
      ['defensive', 0.04, 4, 1, 0.75, true],
      ['emergency', 0, 0, 1, null, false],
    ]);
  });

  it('carry the defaults of the schemas, every one of them written out', () => {
    expect(loadGovernance(CONFIG).desk).toEqual(deskLimitsSchema.parse({}));
    expect(loadCompliance(CONFIG)).toEqual(complianceSchema.parse({}));
    for (const key of Object.keys(deskLimitsSchema.shape)) expect(shipped('governance.yaml')).toContain(`  ${key}: `);
    for (const key of Object.keys(complianceSchema.shape)) expect(shipped('compliance.yaml')).toContain(`${key}: `);
  });
});

describe('a policy file with mistakes', () => {
  it('names the key that was meant, for a typo and for wrong case', () => {
    const problems = governanceWith(
      ['ordersPerMinuteMax', 'ordersPerMinutMax'],
      ['repetitionCount', 'RepetitionCount'],
    );
    expect(brief(problems)).toEqual([
      ['CONFIG_UNKNOWN_KEY', 'desk.ordersPerMinutMax', 'did you mean ordersPerMinuteMax'],
      ['CONFIG_UNKNOWN_KEY', 'desk.RepetitionCount', 'did you mean repetitionCount'],
    ]);
  });

  it('tells a mistyped required key once, not also as missing', () => {
    const problems = governanceWith(['    positionsMax: 4', '    maxPositions: 4']);
    expect(brief(problems)).toEqual([
      ['CONFIG_UNKNOWN_KEY', 'profiles.defensive.maxPositions', 'did you mean positionsMax'],
    ]);
  });

  it('writes out the positive number for a negative limit', () => {
    expect(brief(governanceWith(['dailyLossMaxUsd: 1000', 'dailyLossMaxUsd: -1000']))).toEqual([
      ['CONFIG_SIGN', 'desk.dailyLossMaxUsd', 'limits are positive: write 1000'],
    ]);
  });

  it('lists impossible limits together: zero, above one, not a number, a zero collar, a smaller total', () => {
    const problems = governanceWith(
      ['positionFractionMax: 0.08', 'positionFractionMax: 0'],
      ['positionFractionMax: 0.04', 'positionFractionMax: 8'],
      ['confidenceMin: 0.75', 'confidenceMin: .nan'],
      ['priceCollarFraction: 0.05', 'priceCollarFraction: 0'],
      ['correlationGroupMax: 0.30', 'correlationGroupMax: 0.15'],
    );
    expect(brief(problems)).toEqual([
      ['CONFIG_LIMIT_RANGE', 'profiles.defensive.positionFractionMax', 'a fraction, not percent: write 0.08'],
      ['CONFIG_LIMIT_RANGE', 'profiles.defensive.confidenceMin', ''],
      ['CONFIG_LIMIT_RANGE', 'desk.priceCollarFraction', ''],
      ['CONFIG_LIMIT_RANGE', 'profiles.stability.positionFractionMax', 'or set newEntries: false'],
      ['CONFIG_LIMIT_ORDER', 'profiles.defensive.positionFractionMax', ''],
      ['CONFIG_LIMIT_ORDER', 'desk.symbolConcentrationMax', ''],
    ]);
  });

  it('refuses a first policy that could not be set later: entries in emergency, thresholds out of order', () => {
    const problems = governanceWith(
      [
        '    positionFractionMax: 0\n    positionsMax: 0\n    leverageMax: 1\n    confidenceMin: null\n    newEntries: false',
        '    positionFractionMax: 0.01\n    positionsMax: 1\n    leverageMax: 1\n    confidenceMin: 0.9\n    newEntries: true',
      ],
      ['  emergencyScore: 85', '  emergencyScore: 60'],
      ['  stabilityDrawdownFraction: 0.03\n', ''],
      ['  defensiveDrawdownFraction: 0.04', '  defensiveDrawdownFraction: 0.02'],
    );
    expect(brief(problems)).toEqual([
      ['CONFIG_LIMIT_RANGE', 'profiles.emergency.newEntries', 'emergency only reduces'],
      ['CONFIG_LIMIT_ORDER', 'ceo.defensiveDrawdownFraction', ''],
      ['CONFIG_LIMIT_ORDER', 'ceo.emergencyScore', ''],
    ]);
  });

  it('refuses a tab and still judges the rest of the file', () => {
    const problems = governanceWith(
      ['  ordersPerMinuteMax: 10', '\tordersPerMinuteMax: 0'],
      ['mode: stability', 'mode: stabilty'],
    );
    expect(brief(problems)).toEqual([
      ['CONFIG_UNKNOWN_KEY', expect.stringMatching(/^governance\.yaml:\d+$/), 'write spaces before ordersPerMinuteMax'],
      ['CONFIG_ENUM', 'mode', 'did you mean stability'],
      ['CONFIG_LIMIT_RANGE', 'desk.ordersPerMinuteMax', ''],
    ]);
  });

  it('names missing keys, wrong types and broken YAML', () => {
    const problems = governanceWith(['    positionsMax: 8\n', ''], ['leverageMax: 5', 'leverageMax: "5"']);
    expect(brief(problems)).toEqual([
      ['CONFIG_TYPE', 'profiles.growth.leverageMax', 'write 5, without quotes'],
      ['CONFIG_REQUIRED', 'profiles.stability.positionsMax', 'add this key'],
    ]);
    expect(governanceWith(['mode: stability', 'mode: [stability'])[0]?.code).toBe('CONFIG_SYNTAX');
    const twice = problemsOf(() =>
      loadCompliance(folderWith('compliance.yaml', 'symbolsDenied: []\nsymbolsDenied: []\n')),
    );
    expect(twice.map((one) => [one.code, one.path])).toEqual([['CONFIG_SYNTAX', 'compliance.yaml:2:1']]);
  });

  it('is refused when it is not there, and when it is not a mapping', () => {
    const nowhere = path.join(tmpdir(), 'quarterdeck-no-such-folder');
    expect(problemsOf(() => loadGovernance(nowhere)).map((one) => one.code)).toEqual(['CONFIG_FILE_NOT_FOUND']);
    const list = problemsOf(() => loadCompliance(folderWith('compliance.yaml', '- a\n- b\n')));
    expect(list.map((one) => one.code)).toEqual(['CONFIG_TYPE']);
  });
});
