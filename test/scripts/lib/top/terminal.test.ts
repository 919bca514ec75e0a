import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { enterTerminal, type Input, type Output } from '../../../../scripts/lib/top/terminal.ts';
import type { Key } from '../../../../scripts/lib/top/view.ts';

function aTerminal() {
  const input = Object.assign(new PassThrough(), {
    modes: [] as boolean[],
    setRawMode(raw: boolean) {
      this.modes.push(raw);
    },
  });
  const output = Object.assign(new PassThrough(), { columns: 100, rows: 40 });
  const keys: Key[] = [];
  const written = (): string => String(output.read() ?? '');
  const terminal = enterTerminal(output as unknown as Output, input as unknown as Input, {
    onKey: (key) => keys.push(key),
    onResize: () => {},
  });
  return { terminal, input, output, keys, written };
}

describe('a terminal', () => {
  it('is entered on a screen of its own without a cursor, and left as it was found, once', async () => {
    const { terminal, input, written } = aTerminal();
    expect(written()).toBe('\x1b[?1049h\x1b[?25l');
    terminal.draw(['x']);
    expect(written()).toContain('x');
    terminal.leave();
    terminal.leave();
    expect(written()).toBe('\x1b[?25h\x1b[?1049l');
    expect(input.modes).toEqual([true, false]);
    terminal.draw(['y']);
    expect(written()).toBe('');
  });

  it('hands on keys until it is left', async () => {
    const { terminal, input, keys } = aTerminal();
    input.write('j');
    await new Promise(setImmediate);
    terminal.leave();
    input.write('k');
    await new Promise(setImmediate);
    expect(keys).toEqual(['down']);
  });

  it('skips frames while it is behind', () => {
    const { terminal, output, written } = aTerminal();
    written();
    Object.defineProperty(output, 'writableNeedDrain', { value: true });
    terminal.draw(['x']);
    expect(written()).toBe('');
  });

  it('knows its size, and takes the usual one where it is not told', () => {
    const { terminal, output } = aTerminal();
    expect(terminal.size()).toEqual({ width: 100, height: 40 });
    Object.assign(output, { columns: 0, rows: undefined });
    expect(terminal.size()).toEqual({ width: 80, height: 24 });
  });
});
