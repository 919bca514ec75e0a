/** The live screen: reads once a second, draws after every read, key and change of size, until somebody leaves. */
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { messageOf } from '../desk-problem.ts';
import { onInterrupt } from '../script.ts';
import { type Board, type Row, rowsOf } from './board.ts';
import { commandRow } from './command-row.ts';
import { type BoardParts, readBoard } from './read-board.ts';
import { screenOf, workflowIdsOf } from './screen.ts';
import { enterTerminal, type Terminal } from './terminal.ts';
import { type Effect, type Key, openView, press, settle, type View } from './view.ts';

const EVERY_MS = 1_000;
/** A workflow that has not answered by then shows the book's figures until the next look. */
const ASK_WITHIN_MS = 1_500;
const EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type TopParts = BoardParts & {
  /** Who sits here, for the record of approvals. */
  readonly by: string;
};

/** @returns the exit code: 0 after q, 130 after Ctrl-C */
export async function runTop(parts: TopParts): Promise<number> {
  let board: Board = await readBoard(parts, { workflowIds: new Set(), withinMs: ASK_WITHIN_MS });
  let rows: readonly Row[] = rowsOf(board);
  let view: View = openView(rows);
  let shown: ReadonlySet<string> = new Set();
  const end = new AbortController();
  let exitCode = 0;

  const draw = (): void => {
    const screen = screenOf(board, view, terminal.size(), pc);
    shown = screen.shown;
    terminal.draw(screen.lines);
  };
  const carryOut = (effect: Effect): void => {
    if (effect.kind === 'leave') {
      exitCode = effect.exitCode;
      end.abort();
      return;
    }
    const tell = (message: string): void => {
      view = { ...view, message };
      draw();
    };
    tell(`${effect.command} …`);
    void commandRow(parts, effect.row, effect.command).then(tell);
  };
  const onKey = (key: Key): void => {
    const outcome = press(view, key, rows, parts.nowMs());
    view = outcome.view;
    draw();
    if (outcome.effect !== null) carryOut(outcome.effect);
  };
  const terminal: Terminal = enterTerminal(process.stdout, process.stdin, { onKey, onResize: () => draw() });
  leaveOnEveryWayOut(terminal);
  draw();
  while (!end.signal.aborted) {
    try {
      board = await readBoard(parts, { workflowIds: workflowIdsOf(board, shown), withinMs: ASK_WITHIN_MS });
      rows = rowsOf(board);
      view = settle(view, rows);
    } catch (error) {
      view = { ...view, message: `the book does not answer: ${messageOf(error)}` };
    }
    if (!end.signal.aborted) draw();
    await sleep(EVERY_MS, undefined, { signal: end.signal }).catch(() => undefined);
  }
  terminal.leave();
  return exitCode;
}

/** Also after an error, a signal, or a terminal that was closed. */
function leaveOnEveryWayOut(terminal: Terminal): void {
  const end = (signal: keyof typeof EXIT): void => {
    terminal.leave();
    process.exit(EXIT[signal]);
  };
  onInterrupt(end);
  process.once('SIGHUP', () => end('SIGHUP'));
  process.once('exit', terminal.leave);
  process.stdout.on('error', () => end('SIGHUP'));
}
