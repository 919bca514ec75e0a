/**
 * Numbers in words: how the desk prints a figure into a sentence, and how it reads every number of a sentence back to
 * see that it is one of the figures that were known. A number agrees when the figure, rounded to the digits that were
 * printed, is that number; a percentage agrees with the fraction.
 */

const SIGNIFICANT_DIGITS = 6;
const DECIMALS_MAX = 12;

/** Plain digits without exponent: six significant ones, fewer where they are zeros at the end. */
export function printFigure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? '0' : 'unknown';
  const decimals = SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  const text = value.toFixed(Math.min(DECIMALS_MAX, Math.max(0, decimals)));
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}

/** A number that stands for itself: not a part of a word such as EMA20, nor of an address or a version. */
const NUMBER =
  /(?<![\w.,:/])(?<!\w[-+−])[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w:/]|[.,]\d)\s?%?/g;
const RANGE = /(?<=\d)[-–—](?=\d)/g;
const DATE_OR_TIME = /\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?\b|\b\d{1,2}:\d{2}(?::\d{2})?\b/g;

type QuotedNumber = { readonly text: string; readonly value: number; readonly decimals: number };

/** Every number in the text, percentages as fractions, with the number of decimals that were written. */
export function numbersIn(text: string): QuotedNumber[] {
  const plainText = text.replace(DATE_OR_TIME, ' ').replace(RANGE, ' to ');
  return [...plainText.matchAll(NUMBER)].map(([found]) => {
    const percent = found.endsWith('%');
    const plain = found.replace(/[%\s,+]/g, '').replace('−', '-');
    const decimals = /\.(\d+)/.exec(plain)?.[1]?.length ?? 0;
    return { text: found.trim(), value: Number(plain) / (percent ? 100 : 1), decimals: decimals + (percent ? 2 : 0) };
  });
}

/** Relative slack for what binary numbers lose on the way through a power of ten. */
const ROUNDING = 1e-9;

/** The numbers of a text that are none of the figures. */
export function numbersNotAmong(text: string, figures: readonly number[]): string[] {
  return numbersIn(text)
    .filter((quoted) => !figures.some((figure) => agrees(quoted, figure)))
    .map((quoted) => quoted.text);
}

/** Words often carry the sign ("a drawdown of 12 %"), so magnitudes are compared as well. */
function agrees({ value, decimals }: QuotedNumber, figure: number): boolean {
  const half = 0.5 * 10 ** -decimals + ROUNDING * Math.abs(figure);
  return Math.abs(Math.abs(value) - Math.abs(figure)) <= half && (value < 0 ? figure <= half : true);
}

/** Every finite number inside plain data, whatever its depth. */
export function figuresIn(value: unknown): number[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [value] : [];
  if (typeof value === 'string') return /^-?\d+(\.\d+)?$/.test(value) ? [Number(value)] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(figuresIn);
}
