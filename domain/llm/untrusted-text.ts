/**
 * Text from outside (news, posts, a person's context) on its way into a prompt: cleaned, cut, looked at, and quoted as
 * data. No cleaning makes foreign text harmless; what protects the desk is that a model's answer can only choose among
 * offered actions and passes the gate. The flags tell readers and records that somebody tried.
 */
import { cutText } from '../../schemas/cut-text.ts';
import { cleanText } from './clean-text.ts';
import { injectionSigns } from './injection-signs.ts';

export type UntrustedFlag = 'INJECTION_SUSPECT' | 'TRUNCATED_INPUT' | 'HIDDEN_TEXT';

export type CleanedText = {
  readonly text: string;
  /** In alphabetical order, each once. */
  readonly flags: readonly UntrustedFlag[];
  /** What gave rise to INJECTION_SUSPECT, in the desk's words, never in those of the text. */
  readonly signs: readonly string[];
};

/** Characters of one item that reach a prompt. */
export const UNTRUSTED_TEXT_MAX = 4_000;
/** Characters that are looked at; what lies beyond never reaches a prompt in any form. */
const LOOKED_AT_MAX = 50_000;

/** @param maxLength characters that are kept, the mark of the cut included */
export function cleanUntrusted(raw: string, maxLength: number = UNTRUSTED_TEXT_MAX): CleanedText {
  const looked = raw.slice(0, LOOKED_AT_MAX);
  const { text, hidden } = cleanText(looked);
  const signs = injectionSigns(text, hidden, looked);
  const isCut = raw.length > LOOKED_AT_MAX || text.length > maxLength;
  const flags: UntrustedFlag[] = [];
  if (hidden !== '') flags.push('HIDDEN_TEXT');
  if (signs.length > 0) flags.push('INJECTION_SUSPECT');
  if (isCut) flags.push('TRUNCATED_INPUT');
  return { text: isCut ? cut(text, maxLength) : text, flags, signs };
}

const CUT = ' […]';

const cut = (text: string, maxLength: number): string =>
  maxLength <= CUT.length ? '' : cutText(text, maxLength - CUT.length) + CUT;

/**
 * The text as data in a prompt: a JSON string inside tags that the text itself cannot write, because cleaning leaves no
 * angle brackets and a JSON string has no unescaped quotes or line breaks.
 */
export function quoteUntrusted(label: string, cleaned: CleanedText): string {
  const name = cleanText(label)
    .text.replace(/[^\w .:-]/g, '')
    .slice(0, 80);
  const flags = cleaned.flags.length === 0 ? '' : ` flags="${cleaned.flags.join(' ')}"`;
  return `<untrusted label="${name}"${flags}>\n${JSON.stringify(cleaned.text)}\n</untrusted>`;
}
