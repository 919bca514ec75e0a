/**
 * A terminal as a screen: entered once, drawn in whole frames, left as it was found on every way out. Frames are
 * written in one piece over the last one, so nothing flickers; a terminal that is behind skips frames.
 */
import { type Key, keysIn } from './view.ts';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
/** Terminals that know it show a frame only when it is whole; others ignore it. */
const FRAME = ['\x1b[?2026h', '\x1b[?2026l'] as const;

/** What of `process.stdout` and `process.stdin` is needed. */
export type Output = Pick<NodeJS.WriteStream, 'write' | 'on' | 'off' | 'columns' | 'rows' | 'writableNeedDrain'>;
export type Input = Pick<NodeJS.ReadStream, 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'> & {
  readonly isTTY?: boolean;
  readonly setRawMode?: (raw: boolean) => unknown;
};

export type Terminal = {
  readonly size: () => { readonly width: number; readonly height: number };
  readonly draw: (lines: readonly string[]) => void;
  /** May be called more than once, also while the process ends. */
  readonly leave: () => void;
};

const USUAL = { width: 80, height: 24 } as const;

export function enterTerminal(
  output: Output,
  input: Input,
  { onKey, onResize }: { readonly onKey: (key: Key) => void; readonly onResize: () => void },
): Terminal {
  let isIn = true;
  const heed = (sent: string): void => {
    for (const key of keysIn(sent)) if (isIn) onKey(key);
  };
  input.setEncoding('utf8');
  input.setRawMode?.(true);
  input.on('data', heed);
  input.resume();
  output.on('resize', onResize);
  output.write(ENTER);
  return {
    size: () => ({ width: output.columns || USUAL.width, height: output.rows || USUAL.height }),
    draw: (lines) => {
      if (isIn && !output.writableNeedDrain) output.write(frameOf(lines));
    },
    leave: () => {
      if (!isIn) return;
      isIn = false;
      input.off('data', heed);
      output.off('resize', onResize);
      output.write(LEAVE);
      input.setRawMode?.(false);
      input.pause();
    },
  };
}

/** The last line ends without a new one: that would scroll the screen. */
export const frameOf = (lines: readonly string[]): string =>
  `${FRAME[0]}${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}${FRAME[1]}`;
