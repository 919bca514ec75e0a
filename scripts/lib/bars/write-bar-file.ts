/**
 * Writes bars as CSV, plain or gzip by the name of the file: time (ISO-8601, UTC, the OPEN), open, high, low, close,
 * volume as exact decimals. The file appears under its name only when it is whole.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { isoText } from '../../../domain/market/bar-problems.ts';
import { csvCell } from '../../../domain/market/csv-line.ts';
import type { Bar } from '../../../schemas/market.ts';
import { writeWholeFile } from '../whole-file.ts';

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
  const source = Readable.from(lines());
  await writeWholeFile(file, async (partial) => {
    const target = createWriteStream(partial);
    await (file.endsWith('.gz') ? pipeline(source, createGzip(), target) : pipeline(source, target));
  });
  return count;
}

const barLine = (bar: Bar): string =>
  `${[isoText(bar.openTimeMs), bar.open, bar.high, bar.low, bar.close, bar.volume].map(csvCell).join(',')}\n`;
