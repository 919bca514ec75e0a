/** A line that is drawn over and over. */
import { expect, it } from 'vitest';
import { drawOver } from '../../../scripts/lib/progress.ts';

function drawn(text: string, columns: number): string {
  let output = '';
  const write = (part: string | Uint8Array): boolean => {
    output += String(part);
    return true;
  };
  drawOver(text, { write, columns });
  return output;
}

it('never fills a row of the terminal, so that it does not wrap, and covers what stood there', () => {
  expect(drawn('[###] 10 of 20, 400 trials', 12)).toBe('\r[###] 10 of');
  expect(drawn('short', 12)).toBe('\rshort      ');
  expect(drawn('', 12)).toBe(`\r${' '.repeat(11)}\r`);
  expect(drawn('x'.repeat(200), 0)).toBe(`\r${'x'.repeat(79)}`);
});
