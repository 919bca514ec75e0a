/**
 * Writes bars as CSV, plain or gzip by the name of the file: time (ISO-8601, UTC, the OPEN), open, high, low, close,
 * volume as exact decimals. The file appears under its name only when it is whole.
 */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { isoText } from '../../../domain/market/bar-problems.ts';
import { csvCell } from '../../../domain/market/csv-line.ts';
import type { Bar } from '../../../schemas/market.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';

const HEADER = 'time,open,high,low,close,volume\n';

/** Writes all batches and answers how many bars there were. @throws InvalidInput when the file cannot be written */
export async function writeBarFile(file: string, batches: AsyncIterable<readonly Bar[]>): Promise<number> {
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    yield HEADER;
    for await (const bars of batches) {
      count += bars.length;
      yield bars.map(barLine).join('');
    }
  }
  const partial = `${file}.${process.pid}.partial`;
  const source = Readable.from(lines());
  try {
    const target = createWriteStream(partial);
    await (file.endsWith('.gz') ? pipeline(source, createGzip(), target) : pipeline(source, target));
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw isFileError(error) ? notWritable(file, error) : error;
  }
  return count;
}

const barLine = (bar: Bar): string =>
  `${[isoText(bar.openTimeMs), bar.open, bar.high, bar.low, bar.close, bar.volume].map(csvCell).join(',')}\n`;

const isFileError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

const notWritable = (file: string, error: Error): InvalidInput =>
  new InvalidInput([problem('OUTPUT_NOT_WRITABLE', 'out', file, 'a file that can be written', error.message)]);
