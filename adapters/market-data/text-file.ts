/**
 * Streams a file as text, plain or gzip (told by its first two bytes, not by its name), UTF-8. Memory stays bounded
 * whatever the file: its size, its unpacked size and the packing ratio have caps. Bytes that are no UTF-8 give U+FFFD.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidInput, problem } from '../../schemas/problem.ts';

export type FileCaps = {
  readonly fileBytesMax: number;
  readonly unpackedBytesMax: number;
  /** Characters of a line, or of a record. */
  readonly lineLengthMax: number;
  readonly rowsMax: number;
  /** Numbers of more digits than a double holds, which are kept as text. */
  readonly exactTextsMax: number;
  /** Unpacked bytes per packed byte. Bar files pack 3 to 10 times. */
  readonly packingRatioMax: number;
};

const MEGABYTE = 1_048_576;
export const FILE_CAPS: FileCaps = {
  fileBytesMax: 1_024 * MEGABYTE,
  unpackedBytesMax: 1_024 * MEGABYTE,
  lineLengthMax: 65_536,
  rowsMax: 5_000_000,
  exactTextsMax: 5_000_000,
  packingRatioMax: 250,
};
/** Small files may pack better than any ratio says. */
const RATIO_JUDGED_FROM_BYTES = 16 * MEGABYTE;
const CHUNK_BYTES = 65_536;
/** Opening a pipe that nobody writes to would wait for ever. */
const NO_WAIT = constants.O_RDONLY | constants.O_NONBLOCK;
export const SPLIT_HINT = 'split the file by time and import the parts';

export type TextFileOptions = {
  readonly caps: FileCaps;
  /** Reads from pipes too, which a worker must not wait for. */
  readonly pipes: boolean;
  /** Called about every megabyte with the share of the file read, 0 to 1 (0 from a pipe). */
  readonly onProgress?: ((doneFraction: number) => void) | undefined;
};

/** Why reading stopped early: told once, as a problem. */
export class StopReading extends Error {
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

type Counter = { packedBytes: number; unpackedBytes: number; reportedAt: number };

/**
 * The text of a file in pieces.
 * @throws InvalidInput DATA_FILE_NOT_FOUND when the path is no readable file
 * @throws StopReading DATA_TOO_LARGE, or DATA_ENCODING for UTF-16 and damaged archives
 */
export async function* textChunks(path: string, options: TextFileOptions): AsyncGenerator<string> {
  const { caps } = options;
  const { handle, sizeBytes } = await openFile(path, options);
  const counter: Counter = { packedBytes: 0, unpackedBytes: 0, reportedAt: 0 };
  try {
    if (sizeBytes > caps.fileBytesMax) throw fileTooLarge(`${sizeBytes} bytes`, caps);
    const raw = countedChunks(handle, sizeBytes, counter, options);
    const decoder = new TextDecoder('utf-8');
    for await (const chunk of await unpacked(raw, counter, caps)) {
      if (counter.unpackedBytes === 0 && isUtf16(chunk)) throw notUtf8('UTF-16 text');
      counter.unpackedBytes += chunk.length;
      if (counter.unpackedBytes > caps.unpackedBytesMax) throw unpackedTooLarge(caps);
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    throw damagedArchive(error) ?? error;
  } finally {
    await handle.close();
  }
}

async function openFile(path: string, { pipes }: TextFileOptions): Promise<{ handle: FileHandle; sizeBytes: number }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, pipes ? 'r' : NO_WAIT);
    const stats = await handle.stat();
    const readable = stats.isFile() || (pipes && (stats.isFIFO() || stats.isCharacterDevice() || stats.isSocket()));
    if (!readable) throw new Error('not a file');
    return { handle, sizeBytes: stats.size };
  } catch (error) {
    await handle?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([problem('DATA_FILE_NOT_FOUND', 'file', path, 'a readable file', reason)]);
  }
}

async function* countedChunks(
  handle: FileHandle,
  sizeBytes: number,
  counter: Counter,
  { caps, onProgress }: TextFileOptions,
): AsyncGenerator<Buffer> {
  for (;;) {
    // A buffer of its own for each piece: the archive may still hold the one before.
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    counter.packedBytes += bytesRead;
    if (counter.packedBytes > caps.fileBytesMax) throw fileTooLarge(`more than ${caps.fileBytesMax} bytes`, caps);
    if (counter.packedBytes - counter.reportedAt >= MEGABYTE) {
      counter.reportedAt = counter.packedBytes;
      onProgress?.(sizeBytes === 0 ? 0 : counter.packedBytes / sizeBytes);
    }
    yield buffer.subarray(0, bytesRead);
  }
}

/** The chunks as they are, or unpacked when they begin like gzip. */
async function unpacked(raw: AsyncGenerator<Buffer>, counter: Counter, caps: FileCaps): Promise<AsyncIterable<Buffer>> {
  const head: Buffer[] = [];
  let length = 0;
  while (length < 2) {
    const next = await raw.next();
    if (next.done === true) break;
    head.push(next.value);
    length += next.value.length;
  }
  const start = Buffer.concat(head);
  const whole = startingWith(start, raw);
  return start[0] === 0x1f && start[1] === 0x8b ? gunzipped(whole, counter, caps) : whole;
}

async function* startingWith(start: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start;
  yield* rest;
}

async function* gunzipped(packed: AsyncIterable<Buffer>, counter: Counter, caps: FileCaps): AsyncGenerator<Buffer> {
  const source = Readable.from(packed);
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      checkRatio(counter.unpackedBytes + chunk.length, counter.packedBytes, caps);
      yield chunk;
    }
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function checkRatio(unpackedBytes: number, packedBytes: number, { packingRatioMax }: FileCaps): void {
  const ratio = unpackedBytes / Math.max(1, packedBytes);
  if (unpackedBytes <= RATIO_JUDGED_FROM_BYTES || ratio <= packingRatioMax) return;
  const got = `${Math.round(ratio)} bytes out of each packed byte`;
  throw new StopReading('DATA_TOO_LARGE', got, `at most ${packingRatioMax}`, 'is this really a bar file?');
}

const fileTooLarge = (got: string, { fileBytesMax }: FileCaps): StopReading =>
  new StopReading('DATA_TOO_LARGE', got, `at most ${fileBytesMax} bytes`, SPLIT_HINT);

const unpackedTooLarge = ({ unpackedBytesMax: max }: FileCaps): StopReading =>
  new StopReading('DATA_TOO_LARGE', `more than ${max} bytes`, `at most ${max} bytes unpacked`, SPLIT_HINT);

const notUtf8 = (got: string): StopReading =>
  new StopReading('DATA_ENCODING', got, 'UTF-8 text', 'save the file as UTF-8');

/** By its byte order mark, or by every other byte of the first four being 0. */
function isUtf16(start: Buffer): boolean {
  const [a, b, c, d] = start;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  return (a === 0 && b !== 0 && c === 0 && d !== 0) || (a !== 0 && b === 0 && c !== 0 && d === 0);
}

function damagedArchive(error: unknown): StopReading | null {
  if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) return null;
  return new StopReading('DATA_ENCODING', error.message, 'a whole gzip file', 'copy it again');
}
