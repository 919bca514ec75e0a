/**
 * The file behind the venue: append-only, one line per effect. Lines of one request are written with one call, and
 * `synced` answers when they are on the disk; requests that wait at the same time share one flush.
 * A last line without its end (the process died inside a write) is cut off at opening.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { ensureFolder } from '../paths.ts';
import { type JournalRecord, parseRecord, recordHead } from './journal-record.ts';

const flushToDisk = promisify(fdatasync);

export type Journal = {
  readonly file: string;
  /** What was in the file at opening. */
  readonly records: readonly JournalRecord[];
  readonly append: (records: readonly JournalRecord[]) => void;
  /** Resolves when everything appended so far is on the disk. */
  readonly synced: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * Opens or makes the file. `rollbackLines` drops that many last lines
 * first, as a venue that lost its newest data would.
 * @throws InvalidInput when a line is none of ours
 */
export function openJournal(file: string, rollbackLines: number): Journal {
  ensureFolder(path.dirname(path.resolve(file)));
  const records = readLines(file, rollbackLines);
  const descriptor = openSync(file, 'a');
  const flusher = createFlusher(descriptor);
  return {
    file,
    records,
    append(added) {
      if (added.length === 0) return;
      appendFileSync(descriptor, added.map((record) => `${JSON.stringify(record)}\n`).join(''));
      flusher.wrote();
    },
    synced: flusher.synced,
    async close() {
      await flusher.synced();
      closeSync(descriptor);
    },
  };
}

function readLines(file: string, rollbackLines: number): readonly JournalRecord[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.split('\n').slice(0, -1);
  const kept = rollbackLines > 0 ? whole.slice(0, -rollbackLines) : whole;
  const records = whole.map((line, index) => readRecord(file, line, index + 1));
  refuseStrangeEnd(file, text, whole.length + 1);
  const length = Buffer.byteLength(kept.map((line) => `${line}\n`).join(''));
  if (length !== Buffer.byteLength(text)) cutOff(file, length);
  return records.slice(0, kept.length);
}

/** What is cut off was begun by a venue: a file of somebody else stays whole, though it has no line of ours. */
function refuseStrangeEnd(file: string, text: string, number: number): void {
  const end = text.slice(text.lastIndexOf('\n') + 1);
  const ours = recordHead(number);
  if (!ours.startsWith(end.slice(0, ours.length))) throw strangeLine(file, end, number);
}

function cutOff(file: string, length: number): void {
  const descriptor = openSync(file, 'r+');
  ftruncateSync(descriptor, length);
  fdatasyncSync(descriptor);
  closeSync(descriptor);
}

function readRecord(file: string, line: string, number: number): JournalRecord {
  try {
    const record = parseRecord(line);
    if (record.sequence === number) return record;
  } catch {
    // Told below, with the line.
  }
  throw strangeLine(file, line, number);
}

function strangeLine(file: string, line: string, number: number): InvalidInput {
  const hint = 'take another --journal, or mend the file';
  return new InvalidInput([problem('JOURNAL_INVALID', `${file}:${number}`, line, `line ${number} of a venue`, hint)]);
}

/** One flush at a time; whoever asks while one runs waits for the next. */
function createFlusher(descriptor: number) {
  let written = 0;
  let durable = 0;
  let running: Promise<void> | null = null;
  const flush = async (): Promise<void> => {
    const upTo = written;
    await flushToDisk(descriptor);
    durable = upTo;
  };
  return {
    wrote: () => {
      written += 1;
    },
    async synced(): Promise<void> {
      const wanted = written;
      while (durable < wanted) {
        running ??= flush().finally(() => {
          running = null;
        });
        await running;
      }
    },
  };
}
