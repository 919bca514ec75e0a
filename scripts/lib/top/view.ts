/**
 * What a key does, as a pure step from view to view. The selection is a row's identity, never its
 * place: rows come and go under the eyes of whoever looks. When the selected row is gone nothing
 * is selected, so no key falls on its neighbour.
 */
import type { Row } from './board.ts';

export const COMMANDS = { p: 'pause', r: 'resume', s: 'stop', a: 'approve', d: 'deny' } as const;
type CommandKey = keyof typeof COMMANDS;
export type Command = (typeof COMMANDS)[CommandKey];
export type Key = CommandKey | 'up' | 'down' | 'first' | 'last' | 'quit' | 'interrupt';

export type View = {
  readonly selected: string | null;
  /** Where the selected row was last, counted from the top. */
  readonly place: number;
  /** A command that is carried out when its key is pressed once more. */
  readonly armed: { readonly key: CommandKey; readonly row: string; readonly atMs: number } | null;
  readonly message: string | null;
};

export type Effect =
  | { readonly kind: 'leave'; readonly exitCode: number }
  | { readonly kind: 'command'; readonly command: Command; readonly row: Row };

export type Outcome = { readonly view: View; readonly effect: Effect | null };

/** These cannot be taken back. */
const ASKS_TWICE: readonly Command[] = ['stop', 'approve'];
/** Sooner than that it is a key held down, or pasted text; later somebody has forgotten. Chosen. */
const CONFIRM_AFTER_MS = 250;
const CONFIRM_WITHIN_MS = 5_000;
const INTERRUPTED = 130;

const OF_KIND: Readonly<Record<Row['kind'], readonly Command[]>> = {
  session: ['pause', 'resume', 'stop'],
  run: ['pause', 'resume', 'stop'],
  approval: ['approve', 'deny'],
};

/** With the first row selected. */
export const openView = (rows: readonly Row[]): View => ({
  selected: rows[0]?.key ?? null,
  place: 0,
  armed: null,
  message: null,
});

/** The view over rows that were read anew. */
export function settle(view: View, rows: readonly Row[]): View {
  const place = rows.findIndex(({ key }) => key === view.selected);
  if (place >= 0) return { ...view, place };
  const isGone = view.selected !== null;
  return isGone ? { ...view, selected: null, armed: null, message: 'the selected row is gone' } : view;
}

export function press(view: View, key: Key, rows: readonly Row[], atMs: number): Outcome {
  if (key === 'quit') return { view, effect: { kind: 'leave', exitCode: 0 } };
  if (key === 'interrupt') return { view, effect: { kind: 'leave', exitCode: INTERRUPTED } };
  const calm = { ...view, armed: null, message: null };
  if (!isCommand(key)) return { view: moved(calm, key, rows), effect: null };
  const row = rows.find((one) => one.key === view.selected);
  if (row === undefined) return tell(calm, 'choose a row first: arrow keys, j or k');
  const command = COMMANDS[key];
  if (!OF_KIND[row.kind].includes(command)) return tell(calm, `${command}: not on a row of this kind`);
  if (row.kind === 'run' && row.of.kind === 'backtest') return tell(calm, 'a backtest takes no commands');
  if (!ASKS_TWICE.includes(command)) return { view: calm, effect: { kind: 'command', command, row } };
  return confirm(view, key, row, atMs);
}

const isCommand = (key: Key): key is CommandKey => Object.hasOwn(COMMANDS, key);
const tell = (view: View, message: string): Outcome => ({ view: { ...view, message }, effect: null });

function moved(view: View, key: Exclude<Key, CommandKey>, rows: readonly Row[]): View {
  const steps: Partial<Record<Key, number>> = { up: view.place - 1, down: view.place + 1, first: 0 };
  const wanted = view.selected === null ? view.place : (steps[key] ?? rows.length - 1);
  const place = Math.max(0, Math.min(wanted, rows.length - 1));
  return { ...view, place, selected: rows[place]?.key ?? null };
}

function confirm(view: View, key: CommandKey, row: Row, atMs: number): Outcome {
  const { armed } = view;
  const waitedMs = armed !== null && armed.key === key && armed.row === row.key ? atMs - armed.atMs : null;
  const calm = { ...view, armed: null, message: null };
  if (waitedMs !== null && waitedMs >= CONFIRM_AFTER_MS && waitedMs <= CONFIRM_WITHIN_MS) {
    return { view: calm, effect: { kind: 'command', command: COMMANDS[key], row } };
  }
  const message = `press ${key} once more to ${COMMANDS[key]} ${nameOf(row)}`;
  return { view: { ...calm, armed: { key, row: row.key, atMs }, message }, effect: null };
}

export function nameOf(row: Row): string {
  if (row.kind === 'session') return row.of.workflowId;
  return row.kind === 'run' ? row.of.runId : `${row.of.action} ${row.of.symbol}, ${row.of.decisionId}`;
}

const NAMES: Readonly<Record<string, Key>> = {
  ...{ '\x1b[A': 'up', '\x1bOA': 'up', k: 'up', '\x1b[B': 'down', '\x1bOB': 'down', j: 'down' },
  ...{ '\x1b[H': 'first', '\x1bOH': 'first', '\x1b[1~': 'first', g: 'first' },
  ...{ '\x1b[F': 'last', '\x1bOF': 'last', '\x1b[4~': 'last', G: 'last' },
  ...{ p: 'p', r: 'r', s: 's', a: 'a', d: 'd', q: 'quit', '\x03': 'interrupt', '\x04': 'quit' },
};
// A sequence of the terminal, or one sign.
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what terminals send
const SEQUENCE = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?|./gsu;

/** The keys in what a terminal sent; what means nothing here is left out. */
export const keysIn = (sent: string): Key[] =>
  (sent.match(SEQUENCE) ?? []).flatMap((one) => {
    const key = Object.hasOwn(NAMES, one) ? NAMES[one] : undefined;
    return key === undefined ? [] : [key];
  });
