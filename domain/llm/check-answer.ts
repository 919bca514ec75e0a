/**
 * What a contract cannot know of an answer: which symbols were shown, where the price stands, how large a position may
 * be, what the report says. Fields of one name mean the same in every contract, so one walk serves all of them.
 * Codes: LLM_SYMBOL_NOT_ALLOWED, LLM_PROB_SUM, LLM_LEVELS_INCONSISTENT, GATE_PRICE_COLLAR, GATE_SIZE, LLM_MISQUOTED,
 * LLM_CITATION_UNKNOWN, LLM_RULE_UNKNOWN, and those of a strategy's own parameters.
 */
import type { Side } from '../../schemas/decision.ts';
import type { ContractName } from '../../schemas/llm/contracts/index.ts';
import { pathText } from '../../schemas/path-text.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { checkLevels } from './check-levels.ts';
import { checkParameters } from './designed-strategy.ts';
import { numbersNotAmong } from './quoted-numbers.ts';

/** What was shown to the model, and the bounds its suggestions must keep. */
export type AnswerContext = {
  /** The only symbols an answer may name. */
  readonly symbols: readonly string[];
  /** Last known price by symbol, for the collar. */
  readonly lastPrices?: Readonly<Record<string, number>>;
  /** Share of the last price. @default 0.05 */
  readonly priceCollarFraction?: number;
  /** @default 1 */
  readonly positionFractionMax?: number;
  /** The side of the position an exit plan is about. */
  readonly heldSide?: Side;
  /** Every number that a contract which quotes may quote. */
  readonly figures?: readonly number[];
  readonly documentIds?: readonly string[];
  readonly ruleIds?: readonly string[];
};

type Fields = Readonly<Record<string, unknown>>;
type Place = { readonly fields: Fields; readonly path: readonly PropertyKey[]; readonly symbol: string | null };

/** Contracts whose numbers must be those that were shown. */
const QUOTING: readonly ContractName[] = ['backtestExplanation', 'commentary'];

/** Every problem of an answer that has the shape of its contract. */
export function checkAnswer(contract: ContractName, answer: unknown, context: AnswerContext): Problem[] {
  return [
    ...placesIn(answer, [], null).flatMap((place) => [
      ...checkSymbol(place, context),
      ...checkProbabilities(place),
      ...checkLevels(place.fields, place.path, place.symbol, context),
      ...checkSize(place, context),
      ...checkNames(place, context),
      ...checkParameters(place.fields, place.path),
    ]),
    ...(QUOTING.includes(contract) ? checkQuotes(answer, [], context.figures ?? []) : []),
  ];
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Every object of the answer, from the outside in, with the symbol it speaks of. */
function placesIn(value: unknown, path: readonly PropertyKey[], symbol: string | null): Place[] {
  if (!isFields(value)) return [];
  const own = typeof value.symbol === 'string' ? value.symbol : symbol;
  const inner = Object.entries(value).flatMap(([key, one]) =>
    placesIn(one, [...path, Array.isArray(value) ? Number(key) : key], own),
  );
  return Array.isArray(value) ? inner : [{ fields: value, path, symbol: own }, ...inner];
}

function checkSymbol({ fields, path }: Place, { symbols }: AnswerContext): Problem[] {
  const { symbol } = fields;
  if (typeof symbol !== 'string' || symbols.includes(symbol)) return [];
  const shown = symbols.length === 0 ? 'no symbol' : `one of ${symbols.slice(0, 20).join(', ')}`;
  return [problem('LLM_SYMBOL_NOT_ALLOWED', pathText([...path, 'symbol']), symbol, shown)];
}

const SUM_TOLERANCE = 0.001;

function checkProbabilities({ fields, path }: Place): Problem[] {
  if (!isFields(fields.probabilities)) return [];
  let sum = 0;
  for (const one of Object.values(fields.probabilities)) sum += Number(one);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return [];
  return [problem('LLM_PROB_SUM', pathText([...path, 'probabilities']), sum, 'probabilities that sum to 1')];
}

function checkSize({ fields, path }: Place, { positionFractionMax = 1 }: AnswerContext): Problem[] {
  return ['sizeFraction', 'maxPositionFraction'].flatMap((name) => {
    const size = fields[name];
    if (typeof size !== 'number' || size <= positionFractionMax) return [];
    return [problem('GATE_SIZE', pathText([...path, name]), size, `at most ${positionFractionMax} of equity`)];
  });
}

/** Documents and rules that were not shown do not exist. */
function checkNames({ fields, path }: Place, { documentIds = [], ruleIds = [] }: AnswerContext): Problem[] {
  const { documentId, ruleId } = fields;
  const problems: Problem[] = [];
  if (typeof documentId === 'string' && !documentIds.includes(documentId)) {
    const at = pathText([...path, 'documentId']);
    problems.push(problem('LLM_CITATION_UNKNOWN', at, documentId, 'a document that was shown'));
  }
  if (typeof ruleId === 'string' && ruleId !== 'manual' && !ruleIds.includes(ruleId)) {
    problems.push(problem('LLM_RULE_UNKNOWN', pathText([...path, 'ruleId']), ruleId, 'a rule of the gate, or manual'));
  }
  return problems;
}

function checkQuotes(value: unknown, path: readonly PropertyKey[], figures: readonly number[]): Problem[] {
  if (typeof value === 'string') {
    return numbersNotAmong(value, figures).map((found) =>
      problem('LLM_MISQUOTED', pathText(path), found, 'numbers that were shown only'),
    );
  }
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    checkQuotes(one, [...path, Array.isArray(value) ? Number(key) : key], figures),
  );
}
