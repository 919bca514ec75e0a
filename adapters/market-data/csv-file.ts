/**
 * Reads a bar file as a stream, plain or gzip (told by its first two bytes, not by its name), UTF-8, any line ends.
 * Memory stays bounded whatever the file: size, unpacked size, line length, rows and packing ratio have caps
 * (DATA_TOO_LARGE). What is in the lines is judged by domain/market/csv-bars.ts.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type BarParser, createBarParser, type ParsedBars } from '../../domain/market/csv-bars.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';

type FileCaps = {
  readonly fileBytesMax: number;
  readonly unpackedBytesMax: number;
  readonly lineLengthMax: number;
  readonly rowsMax: number;
  /** Unpacked bytes per packed byte. Bar files pack 3 to 10 times. */
  readonly packingRatioMax: number;
};

export type ReadBarFileOptions = {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly nowMs: number;
  readonly wholeUnits?: boolean;
  /** Called about every megabyte with the share of the file read, 0 to 1. */
  readonly onProgress?: (doneFraction: number, rowCount: number) => void;
  readonly caps?: Partial<FileCaps>;
};

const MEGABYTE = 1_048_576;
const FILE_CAPS: FileCaps = {
  fileBytesMax: 1_024 * MEGABYTE,
  unpackedBytesMax: 1_024 * MEGABYTE,
  lineLengthMax: 65_536,
  rowsMax: 5_000_000,
  packingRatioMax: 250,
};
/** Small files may pack better than any ratio says. */
const RATIO_JUDGED_FROM_BYTES = 16 * MEGABYTE;
const CHUNK_BYTES = 65_536;

type FileStart = { readonly sizeBytes: number; readonly packed: boolean };

/**
 * The bars of a file with all problems and warnings; it does not throw for what is in the file.
 * @throws InvalidInput DATA_FILE_NOT_FOUND when the path is no readable file
 */
export async function readBarFile(path: string, options: ReadBarFileOptions): Promise<ParsedBars> {
  const caps = { ...FILE_CAPS, ...options.caps };
  const { symbol, intervalMs, nowMs, wholeUnits = false } = options;
  const start = await inspectFile(path);
  const parser = createBarParser({ symbol, intervalMs, nowMs, wholeUnits, file: path });
  if (start.sizeBytes > caps.fileBytesMax) {
    parser.refuse('DATA_TOO_LARGE', `${start.sizeBytes} bytes`, `at most ${caps.fileBytesMax} bytes`, SPLIT_HINT);
  } else await feedFile(path, start, parser, caps, options.onProgress);
  return parser.finish();
}

const SPLIT_HINT = 'split the file by time and import the parts';

async function inspectFile(path: string): Promise<FileStart> {
  try {
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new Error('not a file');
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return { sizeBytes: stats.size, packed: bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b };
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([problem('DATA_FILE_NOT_FOUND', 'file', path, 'a readable file', reason)]);
  }
}

/** Why reading stopped early: told once, as a problem. */
class StopReading extends Error {
  readonly code: string;
  readonly got: string;
  readonly expected: string;
  readonly hint: string;
  constructor(code: string, got: string, expected: string, hint: string) {
    super(code);
    Object.assign(this, { name: 'StopReading' });
    this.code = code;
    this.got = got;
    this.expected = expected;
    this.hint = hint;
  }
}

async function feedFile(
  path: string,
  { sizeBytes, packed }: FileStart,
  parser: BarParser,
  caps: FileCaps,
  onProgress: ReadBarFileOptions['onProgress'],
): Promise<void> {
  const raw = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const bytes = packed ? raw.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : raw;
  raw.on('error', (error) => bytes.destroy(error));
  const lines = createLineFeeder(parser, caps);
  let unpackedBytes = 0;
  let reportedAt = 0;
  try {
    for await (const chunk of bytes as Readable & AsyncIterable<Buffer>) {
      unpackedBytes += chunk.length;
      checkSize(unpackedBytes, raw.bytesRead, packed, caps);
      lines.push(chunk);
      if (onProgress !== undefined && raw.bytesRead - reportedAt >= MEGABYTE) {
        reportedAt = raw.bytesRead;
        onProgress(raw.bytesRead / sizeBytes, parser.rowCount());
      }
    }
    lines.end();
  } catch (error) {
    refuse(parser, error);
  } finally {
    raw.destroy();
    bytes.destroy();
  }
}

function checkSize(unpackedBytes: number, packedBytes: number, packed: boolean, caps: FileCaps): void {
  if (unpackedBytes > caps.unpackedBytesMax) {
    const got = `more than ${caps.unpackedBytesMax} bytes`;
    throw new StopReading('DATA_TOO_LARGE', got, `at most ${caps.unpackedBytesMax} bytes unpacked`, SPLIT_HINT);
  }
  const ratio = unpackedBytes / Math.max(1, packedBytes);
  if (packed && unpackedBytes > RATIO_JUDGED_FROM_BYTES && ratio > caps.packingRatioMax) {
    const got = `${Math.round(ratio)} bytes out of each packed byte`;
    throw new StopReading('DATA_TOO_LARGE', got, `at most ${caps.packingRatioMax}`, 'is this really a bar file?');
  }
}

function refuse(parser: BarParser, error: unknown): void {
  if (error instanceof StopReading) {
    parser.refuse(error.code, error.got, error.expected, error.hint);
    return;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    parser.refuse('DATA_ENCODING', 'bytes that are not UTF-8', 'UTF-8 text', 'save the file as UTF-8');
  } else if (code.startsWith('Z_')) {
    parser.refuse('DATA_ENCODING', error instanceof Error ? error.message : code, 'a whole gzip file', 'copy it again');
  } else throw error;
}

type LineFeeder = { readonly push: (chunk: Buffer) => void; readonly end: () => void };

/** Cuts decoded text into lines at CRLF, LF or CR; a line and a pair of CR and LF may span chunks. */
function createLineFeeder(parser: BarParser, caps: FileCaps): LineFeeder {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pending = '';
  const feed = (text: string, last: boolean): void => {
    const joined = pending + text;
    // A CR at the end may be the first half of a CRLF whose LF comes with the next chunk.
    const cut = !last && joined.endsWith('\r') ? joined.length - 1 : joined.length;
    const lines = joined.slice(0, cut).split(/\r\n|\n|\r/);
    pending = `${lines.pop() ?? ''}${joined.slice(cut)}`;
    for (const line of lines) feedLine(parser, line, caps);
    if (last && pending !== '') feedLine(parser, pending, caps);
    else if (pending.length > caps.lineLengthMax) throw lineTooLong(caps);
  };
  return {
    push: (chunk) => feed(decoder.decode(chunk, { stream: true }), false),
    end: () => feed(decoder.decode(), true),
  };
}

function feedLine(parser: BarParser, line: string, caps: FileCaps): void {
  if (line.length > caps.lineLengthMax) throw lineTooLong(caps);
  if (parser.rowCount() >= caps.rowsMax && line.trim() !== '') {
    const expected = `at most ${caps.rowsMax} rows`;
    throw new StopReading('DATA_TOO_LARGE', `more than ${caps.rowsMax} rows`, expected, SPLIT_HINT);
  }
  parser.feed(line);
}

const lineTooLong = (caps: FileCaps): StopReading =>
  new StopReading(
    'DATA_TOO_LARGE',
    `a line of more than ${caps.lineLengthMax} characters`,
    `lines of at most ${caps.lineLengthMax} characters`,
    'are the line ends lost?',
  );
