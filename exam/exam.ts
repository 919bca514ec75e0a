/** What an experiment is asked and what it answers; the document of `npm run exam` is made of the answer. */

import path from 'node:path';
import { loadCompliance, loadGovernance } from '../config/policy-files.ts';
import { projectFolder } from '../scripts/lib/paths.ts';

/** Limits of the exams; printed in every result. */
export const EXAM_CONFIG = path.join(projectFolder, 'exam', 'config');

export type ExamOptions = {
  readonly seed: number;
  /** The safeguard that is taken away; null: none, the product as it is. */
  readonly control: string | null;
  /** How much of it, in the experiment's own unit (orders, seeds, points); null: as much as the result counts with. */
  readonly size: number | null;
};

/** `kind` is one word such as `duplicate`; `where` names the order, row or line that shows it. */
export type Violation = { readonly kind: string; readonly where: string };

export type Figures = Readonly<Record<string, unknown>>;
export type ExamAnswer = {
  readonly figures: Figures;
  readonly violations: readonly Violation[];
  /** Why the run says nothing, such as too few kills; empty: it counts. */
  readonly voidBecause: readonly string[];
  /** What it was taken under, where that is not the limits of the exams. */
  readonly limits?: Figures;
};

export type Experiment = {
  readonly name: string;
  /** Each control, and the kind of violation it must end with. */
  readonly controls: Readonly<Record<string, string>>;
  readonly run: (options: ExamOptions) => Promise<ExamAnswer>;
};

export type ExamResult = {
  /** No violation, and the run counts. With a control a sound exam answers false. */
  readonly ok: boolean;
  readonly void: boolean;
  readonly experiment: string;
  readonly seed: number;
  /** `seen`: the run failed for the reason it had to. Null without a control. */
  readonly control: { readonly name: string; readonly expected: string; readonly seen: boolean } | null;
  readonly voidBecause: readonly string[];
  readonly figures: Figures;
  readonly violations: readonly Violation[];
  /** The limits it was taken under: exams bring their own. */
  readonly limits: Figures;
};

/** Runs it and judges the answer. @throws what the experiment throws: then the exam itself is broken */
export async function takeExam(experiment: Experiment, options: ExamOptions): Promise<ExamResult> {
  const startedAtMs = Date.now();
  const { figures, violations, voidBecause, limits = examLimits() } = await experiment.run(options);
  const expected = options.control === null ? undefined : experiment.controls[options.control];
  return {
    ok: violations.length === 0 && voidBecause.length === 0,
    void: voidBecause.length > 0,
    experiment: experiment.name,
    seed: options.seed,
    control:
      options.control === null || expected === undefined
        ? null
        : { name: options.control, expected, seen: violations.some(({ kind }) => kind === expected) },
    voidBecause,
    figures: { ...figures, wallSeconds: Math.round((Date.now() - startedAtMs) / 1_000) },
    violations,
    limits,
  };
}

function examLimits(): Figures {
  const { startMode, profiles, desk } = loadGovernance(EXAM_CONFIG);
  return { mode: startMode, ...profiles[startMode], ...desk, ...loadCompliance(EXAM_CONFIG) };
}
