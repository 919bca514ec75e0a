/**
 * Wrong inputs of workflows, wrong HTTP requests, wrong answers of brokers and of models, and news that speaks to a model: those
 * of the table and unseen ones of each row, drawn from the seed. Each must give exactly its code: no crash, no hang, no other code.
 * Inputs go to a real desk and a model's answers over real wire formats through the gateway, many more of both to the
 * parsers alone; a broker's answers go through the real adapter. Size: unseen inputs of each kind.
 */
import type { DeskInProcess } from '../../scripts/lib/desk-in-process.ts';
import { say } from '../../scripts/lib/progress.ts';
import type { ExamAnswer, Experiment } from '../exam.ts';
import { allocationCases } from './adversarial/allocation-cases.ts';
import { examineBroker } from './adversarial/broker.ts';
import { type Outcome, rowFigures, runCases, violationsOf } from './adversarial/case.ts';
import { byDesk } from './adversarial/desk-answers.ts';
import { behaviourCases, tooLarge, tooManyMistakes, updateAfterStop } from './adversarial/desk-behaviour.ts';
import { examineHttp } from './adversarial/http.ts';
import { TABLE_INPUTS, unseenInputs } from './adversarial/inputs.ts';
import { examineModels, examineTexts, LENIENT_PARSE } from './adversarial/models.ts';
import { onThrowAwayDesk } from './adversarial/throw-away-desk.ts';
import { byParser, PARSERS, type Parsers } from './adversarial/workflow-input.ts';

const SIZE = 200;
const SIZE_LEAST = 50;
const LARGE_BYTES = 3_000_000;
/** Of twenty unseen inputs one goes to the desk too. */
const DESK_PART = 20;
/** And as many requests of each row. */
const HTTP_PART = 4;
const WITHIN_MS = 30_000;
const VIOLATIONS_SHOWN = 200;

/** What a parser must never be. */
const LENIENT: Parsers = { session: (raw) => raw, order: (raw) => raw };

export const experiment: Experiment = {
  name: 'adversarial',
  controls: { lenient: 'wrong-code' },
  run: async ({ seed, control, size }) => {
    const count = size ?? SIZE;
    if (control === 'lenient') {
      const texts = await examineTexts(seed, count, LENIENT_PARSE);
      return answerOf({ parsed: await examineParsers(LENIENT, seed, count), texts }, count);
    }
    const parsed = await examineParsers(PARSERS, seed, count);
    say(`parsers: ${parsed.length} inputs`);
    const broker = await examineBroker(seed, count);
    say(`broker: ${broker.length} answers`);
    const texts = await examineTexts(seed, count);
    say(`texts of news and of models: ${texts.length}`);
    const { desk, models, http } = await onThrowAwayDesk(async (own) => ({
      http: await examineHttp(own, seed, Math.ceil(count / HTTP_PART)),
      models: await examineModels(own, seed, count),
      desk: await examineDesk(own, seed, count),
    }));
    say(`desk: ${desk.length} inputs, models: ${models.length} questions, http: ${http.length} requests`);
    return answerOf({ parsed, broker, desk, texts, models, http }, count);
  },
};

export function examineParsers(parsers: Parsers, seed: number, size: number): Promise<Outcome[]> {
  const inputs = [...TABLE_INPUTS, ...unseenInputs(seed, size)].filter(({ needsDesk }) => needsDesk !== true);
  const cases = [...inputs.map((one) => byParser(parsers, one)), ...allocationCases(seed, size)];
  return runCases(cases, { atOnce: 1, withinMs: WITHIN_MS });
}

/** Messages first: one of the cases takes the worker away for a moment. */
export async function examineDesk(desk: DeskInProcess, seed: number, size: number): Promise<Outcome[]> {
  const alone = await runCases([updateAfterStop(desk)], { atOnce: 1, withinMs: WITHIN_MS });
  const large = [tooLarge(desk, 'session', LARGE_BYTES), tooLarge(desk, 'order', LARGE_BYTES)];
  const part = Math.ceil(size / DESK_PART);
  const cases = [
    ...[...TABLE_INPUTS, ...unseenInputs(seed, part)].map((one) => byDesk(desk, one)),
    ...behaviourCases(desk, seed, Math.ceil(part / 2)),
    ...[...large, tooManyMistakes(desk, 30_000)],
  ];
  return [...alone, ...(await runCases(cases, { atOnce: 6, withinMs: WITHIN_MS }))];
}

type Parts = Readonly<Record<string, readonly Outcome[]>>;

function answerOf(parts: Parts, size: number): ExamAnswer {
  const outcomes = Object.values(parts).flat();
  const violations = violationsOf(outcomes);
  const numberOf = (kind: string): number => violations.filter((one) => one.kind === kind).length;
  const counts = Object.entries(parts).map(([name, own]) => [name, own.length] as const);
  return {
    figures: {
      cases: { ...Object.fromEntries(counts), total: outcomes.length },
      right: outcomes.length - violations.length,
      wrongCodes: numberOf('wrong-code'),
      crashes: numberOf('crash'),
      hangs: numberOf('hang'),
      rows: rowFigures(outcomes),
      examples: examplesOf(outcomes),
    },
    violations: violations.slice(0, VIOLATIONS_SHOWN),
    voidBecause: size < SIZE_LEAST ? [`fewer than ${SIZE_LEAST} unseen inputs of each kind`] : [],
  };
}

/** The first inputs of each row; what is wrong stands among the violations in any case. */
function examplesOf(outcomes: readonly Outcome[]): Outcome[] {
  const seen = new Map<string, number>();
  return outcomes.filter(({ row }) => {
    const before = seen.get(row) ?? 0;
    seen.set(row, before + 1);
    return before < 5;
  });
}
