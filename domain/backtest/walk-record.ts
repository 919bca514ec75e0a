/**
 * What a walk stood on, as text: enough to walk it again and get the same decisions. The settings are what hardly changes
 * from walk to walk, kept once under their hash; the start is the account as it stood. Bars are named, never copied.
 */
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import { sha256Hex } from '../canonical-json.ts';
import { exactJson, parseExactJson } from '../exact-json.ts';
import { type AdviceAnswers, awaitedAdvisor, rulesAdvisor } from './advisor.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/** What was done: bars were walked, all was closed, or a lone leg was looked for. Instants count from 0. */
export type WalkAct =
  | {
      readonly kind: 'bars';
      readonly from: number;
      readonly until: number;
      readonly ordersAsChildren: boolean;
      /** Symbols that the instant before `from` had left undecided until models had answered. */
      readonly waiting?: readonly string[];
    }
  | {
      readonly kind: 'flatten';
      readonly from: number;
      readonly ordersAsChildren: boolean;
      readonly only: 'all' | 'unpaired';
    }
  | { readonly kind: 'unwind'; readonly from: number; readonly mayExit: boolean };

/** Everything of a context that is neither bars nor computed from them. */
export type WalkFrame = Omit<WalkContext, 'markets' | 'timeline' | 'advisor' | 'answers' | 'agesAtMs'>;

/** Where the bars of a walk lie. `stored`: as the session's source gives them; `seen`: the session's own. */
export type WalkBars = Pick<ParsedSession, 'market' | 'barIntervalMs' | 'seed'> & {
  readonly kind: 'stored' | 'seen';
  readonly endsAtMs: number;
  readonly hash: string | null;
  readonly evolved: SessionHandle['evolved'];
  readonly agents?: SessionHandle['agents'];
  readonly leverageAgents?: SessionHandle['leverageAgents'];
};

export type WalkSettings = {
  readonly frame: WalkFrame;
  readonly bars: WalkBars;
  /** Somebody answers in the llm slot. */
  readonly isAdvised: boolean;
  readonly codeVersion: string;
};

export type WalkStart = {
  readonly act: WalkAct;
  readonly state: WalkState;
  /** The first instant of the window of bars that was walked; 0 where all were at hand. */
  readonly firstInstant: number;
  readonly agesAtMs: number | null;
  /** What models had answered, where models are asked. */
  readonly answers?: AdviceAnswers;
};

export type WalkRecord = { readonly settings: WalkSettings; readonly start: WalkStart };

/** As it is stored: both as text, the settings under their hash. */
export type WalkRecordText = { readonly settingsRef: string; readonly settings: string; readonly start: string };

type Given = Pick<WalkSettings, 'bars' | 'codeVersion'> & Pick<WalkStart, 'act' | 'state' | 'firstInstant'>;

export function walkRecordOf(context: WalkContext, { bars, codeVersion, ...start }: Given): WalkRecord {
  const { markets: _markets, timeline: _timeline, advisor, answers, agesAtMs = null, ...frame } = context;
  const settings = { frame, bars, isAdvised: advisor !== undefined, codeVersion };
  const heard = advisor === awaitedAdvisor ? { answers: answers ?? new Map() } : {};
  return { settings, start: { ...start, agesAtMs, ...heard } };
}

export function walkRecordText({ settings, start }: WalkRecord): WalkRecordText {
  const text = exactJson(settings);
  return { settingsRef: sha256Hex(text), settings: text, start: exactJson(start) };
}

/** The record again. Its shape is not looked at: it is this code's own, bound by hash to what was written. */
export const walkRecordFrom = ({ settings, start }: Pick<WalkRecordText, 'settings' | 'start'>): WalkRecord => ({
  settings: parseExactJson(settings) as WalkSettings,
  start: parseExactJson(start) as WalkStart,
});

/** The context of a recorded walk over bars that were loaded again. What models had answered is part of the record. */
export function contextAgain(
  { settings: { frame, isAdvised }, start: { agesAtMs, answers } }: WalkRecord,
  bars: Pick<WalkContext, 'markets' | 'timeline'>,
): WalkContext {
  const heard = answers === undefined ? { advisor: rulesAdvisor } : { advisor: awaitedAdvisor, answers };
  return { ...frame, ...bars, ...(isAdvised ? heard : {}), ...(agesAtMs === null ? {} : { agesAtMs }) };
}
