/** Rows 30 to 46, put to the strict parser: the table as it stands, and unseen answers of each row. */
import { parseAnswer } from '../../../domain/llm/parse-answer.ts';
import * as forms from './answer-forms.ts';
import * as values from './answer-values.ts';
import { type Outcome, runCases } from './case.ts';
import { type Draw, drawFrom, many } from './draw.ts';
import { type AnswerCase, byAnswerParser, type ParseAnswer } from './right-answers.ts';

const WITHIN_MS = 30_000;

const KINDS: Readonly<Record<string, (draw: Draw) => AnswerCase>> = {
  empty: forms.emptyAnswer,
  wrapped: forms.wrappedAnswer,
  two: forms.twoAnswers,
  cut: forms.cutAnswer,
  refused: forms.refusedAnswer,
  doubled: forms.doubledKey,
  foreign: forms.foreignField,
  deep: forms.deepAnswer,
  confidence: values.confidence,
  choice: values.choice,
  symbol: values.symbol,
  levels: values.levels,
  collar: values.collar,
  size: values.size,
  sizeAsText: values.sizeAsText,
  probabilities: values.probabilities,
  strange: values.strangeText,
};

/** `size` unseen answers of each kind. */
export function unseenAnswers(seed: number, size: number): AnswerCase[] {
  return Object.entries(KINDS).flatMap(([name, make]) => {
    const draw = drawFrom(seed, `answer ${name}`);
    return many(size, () => make(draw));
  });
}

export function examineAnswers(seed: number, size: number, parse: ParseAnswer = parseAnswer): Promise<Outcome[]> {
  const cases = unseenAnswers(seed, size).map((one) => byAnswerParser(parse, one));
  return runCases(cases, { atOnce: 1, withinMs: WITHIN_MS });
}
