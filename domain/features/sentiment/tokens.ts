/**
 * A headline as words: lower case, links and signs gone, numbers with their unit, and which clause each word stands in.
 * Tickers such as $AAPL become the word `ticker`, so that no firm's name is read as a statement.
 */

export type Token = {
  readonly text: string;
  /** The number itself, in its unit (millions are multiplied out); null for words and for years. */
  readonly amount: number | null;
  readonly isPercent: boolean;
  /** Clauses are counted from 0: commas, semicolons, colons, dashes and full stops end one. */
  readonly clause: number;
};

const TEXT_LENGTH_MAX = 4_000;
const WORD = /\d+(?:[.,]\d+)*\s?%|\d+(?:[.,]\d+)*|[a-z][a-z0-9]*(?:['&-][a-z0-9]+)*'?|[,;:.!?|]|\s-+\s|--+/g;
const UNITS: Readonly<Record<string, number>> = {
  ...{
    thousand: 1e3,
    k: 1e3,
    lakh: 1e5,
    lakhs: 1e5,
    m: 1e6,
    mn: 1e6,
    mln: 1e6,
    million: 1e6,
    crore: 1e7,
    crores: 1e7,
    cr: 1e7,
  },
  ...{ bn: 1e9, b: 1e9, billion: 1e9, trillion: 1e12, tn: 1e12 },
};
const PERCENT_WORDS = new Set(['pct', 'pc', 'percent']);
/** "two-year low": as long as a "2-year low". */
const COUNTED = /\b(?:two|three|four|five|six|seven|eight|nine|ten)-(year|month|week|day)\b/g;
const CURRENCY = /\b(?:eur|usd|gbp|sek|dkk|nok|rs|inr|jpy|chf)\.?\s?(?=\d)/g;

export function tokensOf(text: string): Token[] {
  const words = plain(text).match(WORD) ?? [];
  const tokens: Token[] = [];
  let clause = 0;
  for (let i = 0; i < words.length; i += 1) {
    const word = (words[i] ?? '').trim();
    if (/^[,;:.!?|]$|^-+$/.test(word)) clause += 1;
    else if (/^\d/.test(word)) {
      const { token, used } = numberToken(word, words, i, clause);
      tokens.push(token);
      i += used;
    } else tokens.push({ text: word.replace(/'s$|'$/, ''), amount: null, isPercent: false, clause });
  }
  return tokens;
}

const plain = (text: string): string =>
  text
    .slice(0, TEXT_LENGTH_MAX)
    .toLowerCase()
    .replace(/[‘’´`]/g, "'")
    .replace(/https?:\/\/\S+|www\.\S+|@\w+/g, ' ')
    .replace(/\$[a-z][a-z.]{0,9}\b/g, ' ticker ')
    .replace(/[$€£₹#"“”()[\]]/g, ' ')
    .replace(/[–—]/g, ' - ')
    .replace(/\b([a-z]+)-than-([a-z]+)/g, '$1 than $2')
    .replace(COUNTED, '$1')
    .replace(/\bper\s?cent\b/g, 'percent')
    .replace(/\bu\.s\.?/g, 'us')
    .replace(/\bprofit (?:after|before) tax(?:es)?\b/g, 'profit')
    .replace(CURRENCY, ' ');

function numberToken(word: string, words: readonly string[], at: number, clause: number) {
  const digits = Number(
    word
      .replace(/[%\s]/g, '')
      .replace(/,(?=\d{3})/g, '')
      .replace(',', '.'),
  );
  const next = words[at + 1]?.trim() ?? '';
  const isPercent = word.endsWith('%') || PERCENT_WORDS.has(next);
  const unit = Object.hasOwn(UNITS, next) ? (UNITS[next] ?? 1) : 1;
  const used = (isPercent && !word.endsWith('%')) || unit !== 1 ? 1 : 0;
  const isYear = /^(?:19|20)\d\d$/.test(word) && used === 0;
  const amount = isYear || Number.isNaN(digits) ? null : digits * unit;
  return { token: { text: '#', amount, isPercent, clause }, used };
}
