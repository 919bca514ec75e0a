/**
 * Cuts the text of a JSON file into records without holding the file: one array of records, or one record a line
 * (JSON lines). Numbers keep the text that stood there, so a price of 0.10 and an id of 20 digits stay what they were.
 */
import type { ParsedRecord } from '../../domain/market/table-rows.ts';
import { InexactJson, parseExactJson } from '../http/exact-json.ts';
import { StopReading } from './text-file.ts';

/** One record, or why the text is none. */
export function parseRecord(text: string): ParsedRecord {
  try {
    return { ok: true, value: parseExactJson(text) };
  } catch (error) {
    if (error instanceof InexactJson) return { ok: false, text, reason: error.message };
    throw error;
  }
}

type RecordCutter = {
  /** @throws StopReading JSON_INVALID where the text is no array, DATA_TOO_LARGE for a record that does not end */
  readonly push: (text: string) => void;
  readonly end: () => void;
};

type State = {
  phase: 'before' | 'first value' | 'value' | 'inside' | 'after' | 'done';
  depth: number;
  inText: boolean;
  escaped: boolean;
  pending: string;
};

/** Hands on the text of each element of one array. */
export function createRecordCutter(take: (text: string) => void, lengthMax: number): RecordCutter {
  const state: State = { phase: 'before', depth: 0, inText: false, escaped: false, pending: '' };
  return {
    push(text) {
      let from = isInside(state) ? 0 : -1;
      for (let at = 0; at < text.length; at += 1) {
        const sign = text[at] as string;
        if (!isInside(state)) {
          step(state, sign, text.slice(at));
          if (!isInside(state)) continue;
          from = at;
        }
        const end = isLastSign(state, sign) ? at + 1 : endsBefore(state, sign) ? at : -1;
        if (end < 0) continue;
        take(state.pending + text.slice(from, end));
        Object.assign(state, { phase: 'after', pending: '' });
        from = -1;
        if (end === at) at -= 1;
      }
      if (from >= 0) state.pending += text.slice(from);
      if (state.pending.length > lengthMax) throw tooLong(lengthMax);
    },
    end() {
      if (state.phase === 'before' || state.phase === 'done') return;
      throw invalid(state.pending, 'a JSON array that ends with ]');
    },
  };
}

const isInside = ({ phase }: State): boolean => phase === 'inside';

/** One sign between the elements. */
function step(state: State, sign: string, rest: string): void {
  if (/\s|\uFEFF/.test(sign)) return;
  if (state.phase === 'before' && sign === '[') state.phase = 'first value';
  else if (state.phase === 'first value' && sign === ']') state.phase = 'done';
  else if (state.phase === 'after' && sign === ',') state.phase = 'value';
  else if (state.phase === 'after' && sign === ']') state.phase = 'done';
  else if ((state.phase === 'first value' || state.phase === 'value') && !',]}:'.includes(sign)) state.phase = 'inside';
  else throw invalid(rest, EXPECTED[state.phase]);
}

const EXPECTED: Readonly<Record<State['phase'], string>> = {
  before: 'a JSON array',
  'first value': 'a record',
  value: 'a record after the comma',
  inside: 'a record',
  after: 'a comma or the end of the array',
  done: 'nothing after the array',
};

/** Takes one sign of an element; true at the bracket that closes it. */
function isLastSign(state: State, sign: string): boolean {
  if (state.inText) {
    if (state.escaped) state.escaped = false;
    else if (sign === '\\') state.escaped = true;
    else if (sign === '"') state.inText = false;
    return false;
  }
  if (sign === '"') state.inText = true;
  else if (sign === '{' || sign === '[') state.depth += 1;
  else if ((sign === '}' || sign === ']') && state.depth > 0) {
    state.depth -= 1;
    return state.depth === 0;
  }
  return false;
}

/** An element without brackets ends before the next comma or bracket. */
const endsBefore = (state: State, sign: string): boolean =>
  state.depth === 0 && !state.inText && (sign === ',' || sign === ']');

const invalid = (got: string, expected: string): StopReading =>
  new StopReading('JSON_INVALID', got, expected, 'a JSON file is one array of records, or one record a line');

export const tooLong = (lengthMax: number): StopReading =>
  new StopReading(
    'DATA_TOO_LARGE',
    `a line of more than ${lengthMax} characters`,
    `lines of at most ${lengthMax} characters`,
    'are the line ends lost?',
  );
