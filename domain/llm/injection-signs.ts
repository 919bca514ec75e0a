/**
 * Signs that a text speaks to the model instead of telling news. A list like this is never complete: it flags, it does
 * not protect. It is asked of the text as it reads, of what was hidden in it, of what its base64 says, and of the text
 * with look-alike letters, spaced letters and leetspeak brought back.
 */

type Sign = readonly [sign: string, pattern: RegExp];

/** One pattern out of its pieces, as they stand behind each other. */
const patternOf = (flags: string, ...pieces: readonly string[]): RegExp => new RegExp(pieces.join(''), flags);

/** Looked for in the text as it came as well: markup is taken out of what is read. */
const TOOL_CALL = patternOf(
  'i',
  String.raw`["']?(?:tool_calls?|tool_use|function_call|tool_choice|tool_result)["']?\s*[:=›>]`,
  String.raw`|[‹<|]\|?\s*(?:im_start|im_end|start_header_id|endoftext|tool_call|function_calls?|invoke|eot_id)\b`,
  String.raw`|\[(?:INST|\/INST|TOOL_CALLS?)\]|\b(?:get_market_features|backtest_strategy|check_risk_limits`,
  String.raw`|get_news_sentiment|query_trading_knowledge)\s*\(`,
  String.raw`|["']name["']\s*:\s*["'][\w.-]+["']\s*,\s*["'](?:arguments|input|parameters)["']`,
);

const SIGNS: readonly Sign[] = [
  [
    'asks to ignore instructions',
    patternOf(
      'is',
      String.raw`\b(?:ignore|disregard|forget|override|bypass|overrule|do not follow|don['’]t follow`,
      String.raw`|stop following)\b.{0,60}\b(?:instructions?|prompts?|rules?|directives?|guidelines?|guardrails?`,
      String.raw`|limits?|constraints?|context|everything|safety|above|previous|prior)\b`,
    ),
  ],
  [
    'gives new instructions',
    patternOf(
      'i',
      String.raw`\b(?:new|updated|real|actual|true|following)\s+(?:system\s+)?(?:instructions?|directives?|task`,
      String.raw`|objective|orders)\b\s*(?::|are\b|is\b)`,
    ),
  ],
  [
    'speaks as the system',
    patternOf(
      'i',
      String.raw`(?:^|\n|[.!?]\s)\s*(?:\[?(?:system|assistant|developer|user)\]?\s*(?:prompt|message)?\s*:`,
      String.raw`|###\s*(?:system|instruction))`,
    ),
  ],
  [
    'assigns a role',
    patternOf(
      'i',
      String.raw`\b(?:you are (?:now|no longer)|act as|pretend (?:to be|that)|roleplay|from now on,? you`,
      String.raw`|your new role|developer mode|jailbreak|DAN mode)\b`,
    ),
  ],
  [
    'speaks to a model',
    patternOf(
      'i',
      String.raw`\b(?:dear|attention|note to|message (?:to|for)|hey|to (?:any|the|all))\s+(?:all\s+)?(?:ai|llms?`,
      String.raw`|language models?|assistants?|trading (?:bots?|agents?|models?)|chatbots?|gpt|claude)\b`,
      String.raw`|\bif you are an? (?:ai|llm|language model|assistant|bot)\b`,
    ),
  ],
  [
    'asks for secrets',
    patternOf(
      'is',
      String.raw`\b(?:print|reveal|show|output|repeat|leak|send|return|tell|give|display|expose|include`,
      String.raw`|disclose)\b.{0,50}\b(?:system prompt|your (?:prompt|instructions|rules)|initial instructions`,
      String.raw`|api[\s_-]?keys?|secrets?|credentials?|passwords?|private keys?|tokens?\b|environment variables?)`,
    ),
  ],
  [
    'dictates a trade',
    patternOf(
      'i',
      String.raw`\b(?:you (?:must|should|have to|will|shall|need to)|(?:must|always|immediately|now)\s+(?:buy|sell`,
      String.raw`|short|long|go (?:all|long|short))|(?:buy|sell|short)\s+(?:100|one hundred)\s*(?:%|percent)`,
      String.raw`|(?:respond|answer|reply|output|return|vote)\s+(?:only\s+)?(?:with\s+)?["'“]?(?:buy|sell|hold`,
      String.raw`|strong buy)\b|(?:set|use)\s+(?:the\s+)?(?:your\s+)?(?:confidence|size|sizefraction`,
      String.raw`|leverage)\s*(?:to|=|:)|all[- ]in\b.{0,20}\b(?:on|now))`,
    ),
  ],
  ['writes a tool call or a turn of its own', TOOL_CALL],
  ['writes an answer', /["'](?:action|decision|confidence|sizeFraction|override_risk)["']\s*:\s*["']?[\w.]+/i],
];

/** What is seen in the text, each sign once; in base64 or hidden it is said so. `raw` = before it was cleaned. */
export function injectionSigns(text: string, hidden: string, raw: string): string[] {
  const found = new Set<string>();
  if (TOOL_CALL.test(raw)) found.add('writes a tool call or a turn of its own');
  for (const reading of readingsOf(text)) for (const sign of signsIn(reading)) found.add(sign);
  for (const reading of readingsOf(hidden)) for (const sign of signsIn(reading)) found.add(`${sign}, hidden`);
  for (const decoded of base64In(`${text}\n${hidden}`))
    for (const sign of signsIn(decoded)) found.add(`${sign}, in base64`);
  return [...found];
}

const signsIn = (text: string): string[] => SIGNS.filter(([, pattern]) => pattern.test(text)).map(([sign]) => sign);

/** The text, the text in plain Latin letters, and the text with spaced-out letters drawn together. */
function readingsOf(text: string): string[] {
  if (text === '') return [];
  const latin = toLatin(text);
  const together = latin.replace(/\b(?:\p{L}[ ._*-]){3,}\p{L}\b/gu, (word) => word.replace(/[ ._*-]/g, ''));
  return [...new Set([text, latin, together, leet(latin)])];
}

/** Letters of other scripts that look like Latin ones, and those they look like. Not complete. */
const STRANGE = 'аеорсухіјѕԁһԛԝɡӏАВЕКМНОРСТХІЅαονρτυιΑΒΕΗΙΚΜΝΟΡΤΧΥΖ';
const LATIN = 'aeopcyxijsdhqwglABEKMHOPCTXISaovptuiABEHIKMNOPTXYZ';
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(Array.from(STRANGE, (sign, at) => [sign, LATIN[at] ?? sign]));

/** One sign may stand for eighteen. */
const LATIN_LENGTH_MAX = 100_000;

/** Full-width and mathematical letters by compatibility forms, accents off, look-alikes by the table. */
function toLatin(text: string): string {
  const plain = text
    .normalize('NFKD')
    .slice(0, LATIN_LENGTH_MAX)
    .replace(/\p{Mn}/gu, '');
  return Array.from(plain, (sign) => LOOK_ALIKES.get(sign) ?? sign).join('');
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
const leet = (text: string): string =>
  text.replace(/(?<=\p{L})[013457@$]|[013457@$](?=\p{L})/gu, (sign) => LEET[sign] ?? sign);

const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const BLOCKS_MAX = 50;
const BLOCK_LENGTH_MAX = 20_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** What the runs of base64 in a text say, where they say text at all. */
function base64In(text: string): string[] {
  const blocks = [...text.matchAll(BASE64)].slice(0, BLOCKS_MAX).map(([block]) => decodeBase64(block));
  const joined = decodeBase64(text.replace(/[\s"']+/g, '').slice(0, BLOCK_LENGTH_MAX));
  return [...blocks, joined].filter(isReadable);
}

function decodeBase64(block: string): string {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const sign of block.slice(0, BLOCK_LENGTH_MAX).replaceAll('-', '+').replaceAll('_', '/')) {
    const value = ALPHABET.indexOf(sign);
    if (value < 0) continue;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes)).replaceAll('\0', '');
}

const READABLE_SHARE = 0.8;

/** Words that happen to look like base64 decode to noise. */
function isReadable(text: string): boolean {
  const readable = text.match(/[\w\s.,:;!?'"%()-]/g)?.length ?? 0;
  return text.length >= 8 && readable >= READABLE_SHARE * text.length;
}
