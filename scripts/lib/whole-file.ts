/** A large file that appears under its name only when it is whole; what was there before stays until then. */
import { rename, rm, stat } from 'node:fs/promises';
import { InvalidInput, problem } from '../../schemas/problem.ts';

/**
 * Has `write` fill a file beside `file`, then gives it that name.
 * @throws InvalidInput OUTPUT_NOT_WRITABLE where there is no such folder,
 * no right to write, or something that is no file
 */
export async function writeWholeFile(file: string, write: (partial: string) => Promise<void>): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found !== null && !found.isFile()) throw notWritable(file, 'it is there and no file');
  const partial = `${file}.${process.pid}.partial`;
  try {
    await write(partial);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw isFileError(error) ? notWritable(file, error.message) : error;
  }
}

/** A disk that is full has no path; a broken connection to the database is no matter of the file. */
const DISK_CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

const isFileError = (error: unknown): error is Error =>
  error instanceof Error &&
  'syscall' in error &&
  ('path' in error || ('code' in error && DISK_CODES.includes(error.code)));

const notWritable = (file: string, why: string): InvalidInput =>
  new InvalidInput([problem('OUTPUT_NOT_WRITABLE', 'out', file, 'a file that can be written', why)]);
