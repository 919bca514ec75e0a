/** Rows 36 to 41, 43 and 44: answers of the right form whose values cannot be, and texts that are only long or strange. */
import type { Draw } from './draw.ts';
import { type AnswerCase, answered, anyRight, right, SYMBOLS, written } from './right-answers.ts';

/** Never rescaled, never clamped. */
export function confidence(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const wrong = draw.pick<unknown>([
    draw.whole(2, 100),
    `${draw.whole(1, 100)}%`,
    `0.${draw.whole(1, 99)}`,
    -draw.whole(1, 100) / 100,
    1 + draw.whole(1, 1_000) / 1e9,
    draw.whole(1, 9) * 1e300,
    draw.pick(['high', '', 'seven']),
    draw.pick([null, true, false, [], [0.5], { value: 0.5 }]),
  ]);
  return answered('36', contract, written(draw, { ...value, confidence: wrong }), 'LLM_RANGE confidence');
}

/** Letters that look like Latin ones and are not. */
const ALIKE: Readonly<Record<string, string>> = { a: 'а', e: 'е', o: 'о', p: 'р', c: 'с', i: 'і', y: 'у', s: 'ѕ' };

function disguised(word: string): string {
  const at = [...word].findIndex((sign) => sign in ALIKE);
  return at < 0 ? `${word}\u200b` : word.slice(0, at) + ALIKE[word.charAt(at)] + word.slice(at + 1);
}

const CHOICES = {
  advice: ['action', 'riskLevel'],
  opportunity: ['action', 'opportunityType'],
  riskAssessment: ['riskLevel', 'recommendation'],
  regime: ['regime', 'volatility'],
} as const;

export function choice(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const name = draw.pick<string>(CHOICES[contract]);
  const word = String(value[name]);
  const wrong = draw.pick<unknown>([
    `DO NOT ${word.toUpperCase()}`,
    `not ${word}`,
    `${word} `,
    ` ${word}`,
    `${word}\n`,
    `${word}.`,
    `${word} now`,
    word.toUpperCase(),
    `${word.charAt(0).toUpperCase()}${word.slice(1)}`,
    disguised(word),
    `${word.charAt(0)}\u200b${word.slice(1)}`,
    `"${word}"`,
    draw.pick(['', 'maybe', 'long', 'strong buy', 'BUY or SELL', 'null']),
    draw.pick([null, 0, 1, true, [word], { value: word }]),
  ]);
  return answered('37', contract, written(draw, { ...value, [name]: wrong }), `LLM_ENUM ${name}`);
}

export function symbol(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const shown = draw.pick(SYMBOLS);
  const wrong = draw.pick([
    `${shown}X`,
    shown.toLowerCase(),
    ` ${shown}`,
    `${shown} `,
    shown.replace('A', 'А').replace('B', 'В').replace('E', 'Е'),
    shown.slice(1),
    `${shown},${draw.pick(SYMBOLS)}`,
    `$${shown}`,
    `${shown}\u200b`,
    draw.text('ABCDEFGHJKLMNOPQRSTUVWXYZ', draw.whole(6, 9)),
    draw.pick(['ENRN', 'LEH', 'TWTR', 'DOGE/USDT', 'BTCUSDT', 'BTC-USDT', 'BTC', '', '*', '../AAPL', "AAPL'--"]),
  ]);
  return answered('38', contract, written(draw, { ...value, symbol: wrong }), 'LLM_SYMBOL_NOT_ALLOWED symbol');
}

const SIDES = ['buy', 'sell'] as const;

/** Within the collar of 5 % about 100, in hundredths. */
const near = (draw: Draw, least: number, most: number): number => draw.whole(least * 100, most * 100) / 100;

/** Stop and target on the wrong side of the entry, or on it. */
export function levels(draw: Draw): AnswerCase {
  const side = draw.pick(SIDES);
  const entryPrice = near(draw, 98, 102);
  const [towards, away] =
    side === 'buy' ? [near(draw, 102, 104), near(draw, 96, 98)] : [near(draw, 96, 98), near(draw, 102, 104)];
  const bad = draw.pick(['stopLossPrice', 'takeProfitPrice'] as const);
  const stopLossPrice = bad === 'stopLossPrice' ? draw.pick([towards, entryPrice]) : draw.pick([away, null]);
  const takeProfitPrice = bad === 'takeProfitPrice' ? draw.pick([away, entryPrice]) : draw.pick([towards, null]);
  const value = { ...right.opportunity(draw), action: side, entryPrice, stopLossPrice, takeProfitPrice };
  const same = stopLossPrice === entryPrice && bad === 'takeProfitPrice';
  return same ? levels(draw) : answered('39', 'opportunity', written(draw, value), `LLM_LEVELS_INCONSISTENT ${bad}`);
}

export function collar(draw: Draw): AnswerCase {
  const off = draw.pick([draw.whole(6, 99), draw.whole(100, 100_000)]);
  const price = off < 100 ? 100 + draw.pick([-1, 1]) * off : 100 + off;
  const value = { ...right.opportunity(draw), action: draw.pick([...SIDES, 'pass']), entryPrice: price };
  return answered('40', 'opportunity', written(draw, value), 'GATE_PRICE_COLLAR entryPrice');
}

const NO_NUMBERS = ['NaN', 'Infinity', '-Infinity', '1e999', '0x10', '.5', '+1', '1_000', '007', '5.', 'inf', '1e'];

/** Sizes that no gate would let pass, and numbers that JSON does not know. */
export function size(draw: Draw): AnswerCase {
  const [contract, name] = draw.pick([
    ['opportunity', 'sizeFraction'],
    ['riskAssessment', 'maxPositionFraction'],
  ] as const);
  const value = right[contract](draw);
  if (draw.whole(0, 1) === 0) {
    const text = JSON.stringify({ ...value, [name]: 'HERE' }).replace('"HERE"', draw.pick(NO_NUMBERS));
    return answered('41', contract, text, `LLM_NOT_A_NUMBER ${name}`);
  }
  const wrong = draw.pick([draw.whole(2, 500), 1e308, 0.1 + draw.whole(1, 900) / 1_000, 1.000_001, -0.01, -5]);
  return answered('41', contract, written(draw, { ...value, [name]: wrong }), `GATE_SIZE ${name}`);
}

export function sizeAsText(draw: Draw): AnswerCase {
  const value = { ...right.opportunity(draw), sizeFraction: draw.pick(['0.05', '5%', '', 'all', true, [0.05]]) };
  return answered('41', 'opportunity', written(draw, value), 'LLM_NOT_A_NUMBER sizeFraction');
}

/** Hundredths, so that the sum is known without arithmetic of floats. */
export function probabilities(draw: Draw): AnswerCase {
  const [bull, bear, sideways] = [draw.whole(0, 100), draw.whole(0, 100), draw.whole(0, 100)];
  if (bull + bear + sideways === 100) return probabilities(draw);
  const parts = { bull: bull / 100, bear: bear / 100, sideways: sideways / 100 };
  const value = { ...right.regime(draw), probabilities: parts };
  return answered('43', 'regime', written(draw, value), 'LLM_PROB_SUM probabilities');
}

const STRANGE = [
  '<script>alert(1)</script>',
  '![x](https://example.com/track?key=1)',
  '\u001b[31mred\u001b[0m',
  '<img src=x onerror=alert(1)>',
  '"onmouseover="alert(1)',
  '[go](javascript:alert(1))',
  '\u202eyub',
  '{{facts}}',
  '\u0000\u0007',
];
const KEPT = 4_000;

/** Strange words are words. Long ones are cut, very long ones refused before anything is read. */
export function strangeText(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const words = draw.pick(STRANGE);
  const length = draw.pick([0, 0, 0, KEPT, KEPT + draw.whole(1, 9), draw.whole(20_000, 60_000), 300_000]);
  const rationale = words + 'x'.repeat(length);
  const expected = length >= 300_000 ? 'LLM_TOO_LARGE' : length === 0 ? 'ACCEPTED' : 'ACCEPTED, cut rationale';
  return answered('44', contract, written(draw, { ...value, rationale }), expected);
}
