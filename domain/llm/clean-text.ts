/**
 * Makes foreign text plain: terminal codes, control characters, characters that are not seen or
 * turn the direction of writing, and HTML are taken out. What a reader would not have seen is
 * given back beside it, so that it can be told of.
 */

type Plain = {
  readonly text: string;
  /** What was written so that a person does not see it: hidden elements, comments, tag characters. */
  readonly hidden: string;
};

export function cleanText(raw: string): Plain {
  const hidden: string[] = [];
  const unseen = takeTagCharacters(raw.normalize('NFC'), hidden);
  const withoutMarkup = takeHtml(takeTerminalCodes(unseen), hidden);
  const text = takeInvisible(entities(withoutMarkup)).replace(/[<>]/g, (sign) => (sign === '<' ? '‹' : '›'));
  return { text: closeUp(text), hidden: closeUp(takeInvisible(hidden.join(' '))) };
}

/** One space or line break where there are many: patterns that skip white space would go over them again and again. */
const closeUp = (text: string): string =>
  text
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ *\n[\n ]*/g, '\n')
    .trim();

const ESCAPE = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);
const ONE_BYTE_CONTROL = String.fromCharCode(0x9b);

/** CSI sequences (colours, cursor), OSC strings up to their end (titles, links), and two-character escapes. */
const TERMINAL_CODES = new RegExp(
  [
    `(?:${ESCAPE}\\[|${ONE_BYTE_CONTROL})[0-?]*[ -/]*[@-~]`,
    `${ESCAPE}\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)?`,
    `${ESCAPE}[@-Z\\\\-_]`,
  ].join('|'),
  'g',
);
const takeTerminalCodes = (text: string): string => text.replace(TERMINAL_CODES, '');

/** Unicode's invisible copies of ASCII (U+E0020 to U+E007E): a known way to write what only a model reads. */
function takeTagCharacters(text: string, hidden: string[]): string {
  const found: string[] = [];
  const rest = text.replace(/[\u{e0000}-\u{e007f}]/gu, (sign) => {
    found.push(String.fromCharCode(((sign.codePointAt(0) ?? 0) - 0xe0000) & 0x7f));
    return '';
  });
  if (found.length > 0) hidden.push(found.join(''));
  return rest;
}

/** Control, format (zero width, direction, soft hyphen), private and unassigned characters; variation selectors. */
const takeInvisible = (text: string): string =>
  text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .replace(/\p{Variation_Selector}/gu, '');

const COMMENT = /<!--([\s\S]*?)(?:-->|$)/g;
const SILENT = /<(script|style|template|noscript|head|title)\b[^<>]*>([\s\S]*?)(?:<\/\1\s*>|$)/gi;
const ELEMENT = /<([a-z][a-z0-9]*)\b([^<>]*)>([^<]*)/gi;
const TAG = /<\/?[a-z!?][^<>]*>?/gi;

/** How pages hide text from people: not shown, no size, the colour of the page. */
const UNSEEN = new RegExp(
  [
    /display\s*:\s*none/,
    /visibility\s*:\s*hidden/,
    /opacity\s*:\s*0(?![.\d]*[1-9])/,
    /font-size\s*:\s*0/,
    /color\s*:\s*(?:#?f{3,6}\b|white\b|transparent\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)/,
    /(?:^|\s)hidden(?:\s|=|$)/,
    /aria-hidden\s*=\s*["']?true/,
    /color\s*=\s*["']?(?:#?f{3,6}\b|white\b)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

function takeHtml(text: string, hidden: string[]): string {
  const keep = (inner: string): string => {
    const plain = inner.replace(TAG, ' ').trim();
    if (plain !== '') hidden.push(plain);
    return ' ';
  };
  return text
    .replace(COMMENT, (_, inner: string) => keep(inner))
    .replace(SILENT, (_, _name, inner: string) => keep(inner))
    .replace(ELEMENT, (_, _name, attributes: string, inner: string) =>
      UNSEEN.test(attributes) ? keep(inner) : ` ${inner}`,
    )
    .replace(TAG, ' ');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };
const CODE_POINT_MAX = 0x10ffff;

/** One pass: what an entity stands for is text, never markup again. */
const entities = (text: string): string =>
  text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code <= CODE_POINT_MAX ? String.fromCodePoint(code) : '';
    },
  );
