/** Answers of models that must pass, drawn anew each time: what the cases of rows 30 to 46 spoil in one place. */
import type { AnswerContext } from '../../../domain/llm/check-answer.ts';
import type { parseAnswer } from '../../../domain/llm/parse-answer.ts';
import type { ContractName } from '../../../schemas/llm/contracts/index.ts';
import type { ModelReply } from '../../../schemas/llm/model-call.ts';
import type { Case } from './case.ts';
import type { Draw } from './draw.ts';

export type Fields = Readonly<Record<string, unknown>>;

export type AnswerCase = {
  readonly row: string;
  readonly contract: ContractName;
  readonly text: string;
  readonly stop: ModelReply['stop'];
  readonly expected: string;
};

const LAST = 100;
export const SYMBOLS = ['BTC/USDT', 'AAPL', 'ETH/USDT'] as const;

/** What was shown to the model: three symbols at 100, and at most a tenth of equity for a position. */
export const SHOWN = {
  symbols: [...SYMBOLS],
  lastPrices: Object.fromEntries(SYMBOLS.map((symbol) => [symbol, LAST])),
  positionFractionMax: 0.1,
} satisfies AnswerContext;

const SENTENCES = ['The trend is up.', 'Volume fades near 104.', 'A range since March; nothing breaks it yet.'];

/** From 0 to 1 in hundredths. */
const share = (draw: Draw): number => draw.whole(0, 100) / 100;

export const right = {
  advice: (draw: Draw): Fields => ({
    version: 1,
    symbol: draw.pick(SYMBOLS),
    action: draw.pick(['buy', 'sell', 'hold']),
    confidence: share(draw),
    rationale: draw.pick(SENTENCES),
    riskLevel: draw.pick(['low', 'medium', 'high']),
    warnings: draw.pick([[], ['thin market']]),
  }),
  opportunity: (draw: Draw): Fields => ({
    version: 1,
    symbol: draw.pick(SYMBOLS),
    opportunityType: draw.pick(['breakout', 'meanReversion', 'other']),
    action: draw.pick(['buy', 'sell', 'pass']),
    confidence: share(draw),
    ...{ entryPrice: null, stopLossPrice: null, takeProfitPrice: null, sizeFraction: null },
    keyRisks: [],
    rationale: draw.pick(SENTENCES),
  }),
  riskAssessment: (draw: Draw): Fields => ({
    version: 1,
    symbol: draw.pick(SYMBOLS),
    riskLevel: draw.pick(['low', 'medium', 'high']),
    recommendation: draw.pick(['proceed', 'reduce', 'avoid']),
    confidence: share(draw),
    concerns: [],
    maxPositionFraction: null,
    rationale: draw.pick(SENTENCES),
  }),
  regime: (draw: Draw): Fields => ({
    version: 1,
    symbol: draw.pick(SYMBOLS),
    regime: draw.pick(['bull', 'bear', 'sideways']),
    volatility: 'normal',
    confidence: share(draw),
    probabilities: { bull: 0.5, bear: 0.2, sideways: 0.3 },
    rationale: draw.pick(SENTENCES),
  }),
} as const;

export type RightName = keyof typeof right;
export const RIGHT_NAMES = Object.keys(right) as readonly RightName[];

/** One of them, its contract beside it. */
export function anyRight(draw: Draw): { readonly contract: RightName; readonly value: Fields } {
  const contract = draw.pick(RIGHT_NAMES);
  return { contract, value: right[contract](draw) };
}

/** JSON as models write it: in one line, or laid out. */
export const written = (draw: Draw, value: unknown): string => JSON.stringify(value, null, draw.pick([0, 0, 2]));

export const answered = (
  row: string,
  contract: ContractName,
  text: string,
  expected: string,
  stop: ModelReply['stop'] = 'end',
): AnswerCase => ({ row, contract, text, expected, stop });

/** The strict parser in front of the desk; the control puts a lenient one in its place. */
export type ParseAnswer = typeof parseAnswer;

export const byAnswerParser = (parse: ParseAnswer, one: AnswerCase): Case => ({
  row: one.row,
  input: `${one.contract} ${one.stop} ${one.text}`,
  expected: one.expected,
  answer: async () => {
    const parsed = parse(one.contract, { text: one.text, stop: one.stop }, SHOWN);
    if (!parsed.ok) return parsed.problems.map(({ code, path }) => `${code} ${path}`.trimEnd()).join(' + ');
    return parsed.textsCut.length === 0 ? 'ACCEPTED' : `ACCEPTED, cut ${parsed.textsCut.join(' ')}`;
  },
});
