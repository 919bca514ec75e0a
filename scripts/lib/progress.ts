/** Lines for the person who waits: each part with its time, and a sign of life while a long one runs. On stderr. */
import pc from 'picocolors';

const SIGN_OF_LIFE_MS = 10_000;

/** One line for the waiting person; never on stdout, which belongs to the report. */
export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const USUAL_COLUMNS = 80;

/** Draws over the line that stands on the terminal, '' clears it. One as wide as the screen would wrap, and scroll it. */
export function drawOver(text: string, screen: Pick<NodeJS.WriteStream, 'write' | 'columns'> = process.stderr): void {
  const width = (screen.columns || USUAL_COLUMNS) - 1;
  screen.write(`\r${text.slice(0, width).padEnd(width)}${text === '' ? '\r' : ''}`);
}

export const secondsSince = (startedAtMs: number): string => `${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`;

/** Runs one part and prints its name, what came of it, and its time. */
export async function timed<T>(name: string, work: () => Promise<T>, tell: (result: T) => string): Promise<T> {
  const startedAtMs = Date.now();
  try {
    const result = await work();
    say(`  ${name.padEnd(10)} ${tell(result).padEnd(58)} ${pc.dim(secondsSince(startedAtMs).padStart(7))}`);
    return result;
  } catch (error) {
    say(`  ${name.padEnd(10)} ${pc.red('failed').padEnd(58)} ${pc.dim(secondsSince(startedAtMs).padStart(7))}`);
    throw error;
  }
}

/** Repeats `what` with the elapsed time about every 10 s until `work` ends. */
export async function withSignsOfLife<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAtMs = Date.now();
  const timer = setInterval(() => say(`  ${what} … ${secondsSince(startedAtMs)}`), SIGN_OF_LIFE_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
