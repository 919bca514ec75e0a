/**
 * Property 10, round trips: what is printed reads back as it was, for money and quantities, prices, ids of any length,
 * instants, canonical documents and the rows of a book; printed again it is the same text. What is no number is
 * refused, and a document that differs in one place has another hash.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseExactJson } from '../../adapters/http/exact-json.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { Decimal, decimalText, toDecimal } from '../../domain/decimal.ts';
import { type Book, openBook } from '../../domain/execution/book.ts';
import { flatPosition } from '../../domain/execution/position.ts';
import { bookFromRows, positionRows } from '../../domain/execution/rows.ts';
import { plainDecimal } from '../../domain/market/decimal-text.ts';
import { parseInstant } from '../../domain/market/parse-instant.ts';
import { DECIMAL_PATTERN } from '../../schemas/decimal.ts';
import { itHolds, type Mark } from './property.ts';

type Way<T> = { readonly print: (value: T) => string; readonly parse: (text: string) => T };
type Ways = {
  readonly money: Way<Decimal>;
  readonly price: Way<number>;
  readonly id: Way<string>;
  readonly instant: Way<number>;
  readonly document: Way<unknown>;
  readonly hash: (document: unknown) => string;
  readonly book: (book: Book) => Book;
};

function instantOf(text: string): number {
  const result = parseInstant(text);
  if (!result.ok) throw new RangeError(result.code);
  return result.ms;
}

const WAYS: Ways = {
  money: { print: decimalText, parse: toDecimal },
  price: { print: plainDecimal, parse: Number },
  id: { print: (id) => `{"id":${id}}`, parse: (text) => String((parseExactJson(text) as { id: unknown }).id) },
  instant: { print: (ms) => new Date(ms).toISOString(), parse: instantOf },
  document: { print: canonicalJson, parse: (text) => JSON.parse(text) },
  hash: (document) => sha256Hex(canonicalJson(document)),
  book: (book) => {
    const account = { accountId: book.accountId, currency: book.currency, cash: decimalText(book.cash) };
    return bookFromRows({ account, positions: positionRows(book), orders: book.orders });
  },
};

type Case = {
  readonly digits: bigint;
  readonly scale: number;
  readonly price: number;
  readonly id: bigint;
  readonly atMs: number;
  readonly document: Readonly<Record<string, unknown>>;
  readonly noNumber: string;
};
type Kind = 'NaN' | 'ids of 20 digits' | 'beyond a double' | 'below a cent' | 'negative';

const BILLION_BILLIONS = 10n ** 20n;
const cases: fc.Arbitrary<Case> = fc.record({
  digits: fc.bigInt({ min: -BILLION_BILLIONS, max: BILLION_BILLIONS }),
  scale: fc.integer({ min: 0, max: 20 }),
  price: fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
  id: fc.bigInt({ min: 1n, max: 10n ** 21n }),
  atMs: fc.integer({ min: 100_000_000_000, max: 4_102_444_800_000 }),
  document: fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
  noNumber: fc.constantFrom('NaN', 'NaN', '-NaN', 'Infinity', '', '1,5', '1e', 'abc', '0x'),
});

const moneyOf = ({ digits, scale }: Case): Decimal =>
  new Decimal(`${digits < 0n ? '-' : ''}${withPoint(String(digits < 0n ? -digits : digits), scale)}`);
function withPoint(digits: string, scale: number): string {
  const padded = digits.padStart(scale + 1, '0');
  return scale === 0 ? padded : `${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function returnsAsItWas(ways: Ways, one: Case, mark: Mark<Kind>): void {
  const money = moneyOf(one);
  const text = ways.money.print(money);
  expect(text).toMatch(DECIMAL_PATTERN);
  expect(ways.money.parse(text).eq(money), text).toBe(true);
  expect(ways.money.print(ways.money.parse(text))).toBe(text);
  expect(() => ways.money.parse(one.noNumber)).toThrow(RangeError);

  expect(ways.price.print(one.price)).not.toMatch(/e/i);
  expect(ways.price.parse(ways.price.print(one.price))).toBe(one.price);
  expect(ways.id.parse(ways.id.print(String(one.id)))).toBe(String(one.id));
  expect(ways.instant.parse(ways.instant.print(one.atMs))).toBe(one.atMs);

  const document = ways.document.print(one.document);
  expect(ways.document.print(ways.document.parse(document))).toBe(document);
  const turned = Object.fromEntries(Object.entries(one.document).reverse());
  expect(ways.hash(turned)).toBe(ways.hash(one.document));
  expect(ways.hash({ ...one.document, changed: one.atMs })).not.toBe(ways.hash(one.document));

  const book = bookOf(one);
  expect(bookText(ways.book(book))).toBe(bookText(book));
  tell(one, money, mark);
}

const bookText = (book: Book): string => `${decimalText(book.cash)} ${canonicalJson(positionRows(book))}`;

/** A book whose cash and position are the case's money. */
function bookOf(one: Case): Book {
  const cost = moneyOf(one).abs().plus(1);
  const position = { ...flatPosition('s-1', 'BTC/USDT'), realizedPnl: cost, fees: cost, markPrice: cost };
  return { ...openBook('paper-1', decimalText(moneyOf(one))), positions: [position] };
}

function tell(one: Case, money: Decimal, mark: Mark<Kind>): void {
  if (one.noNumber.includes('NaN')) mark('NaN');
  if (String(one.id).length >= 20) mark('ids of 20 digits');
  if (String(one.digits).length > 17) mark('beyond a double');
  if (!money.isZero() && money.abs().lt('0.01')) mark('below a cent');
  if (money.isNegative()) mark('negative');
}

itHolds<Ways, Case, Kind>({
  name: 'property 10, round trips',
  cases,
  holds: returnsAsItWas,
  kinds: ['NaN', 'ids of 20 digits', 'beyond a double', 'below a cent', 'negative'],
  subject: WAYS,
  faults: {
    'money goes through a double': { ...WAYS, money: { ...WAYS.money, parse: (text) => toDecimal(Number(text)) } },
    'what is no number is taken': { ...WAYS, money: { ...WAYS.money, parse: (text) => new Decimal(text) } },
    'a price has an exponent': { ...WAYS, price: { ...WAYS.price, print: String } },
    'ids are JSON numbers': { ...WAYS, id: { ...WAYS.id, parse: (text) => String(JSON.parse(text).id) } },
    'instants are cut to seconds': {
      ...WAYS,
      instant: { ...WAYS.instant, print: (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z` },
    },
    'the hash follows the order of the keys': { ...WAYS, hash: (document) => sha256Hex(JSON.stringify(document)) },
    'a row rounds to cents': {
      ...WAYS,
      book: (book) => ({ ...WAYS.book(book), cash: book.cash.toDecimalPlaces(2) }),
    },
  },
});
