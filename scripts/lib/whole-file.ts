/** A file that appears under its name only when it is whole; what was there before stays until then. */
import { accessSync, constants, existsSync, rmSync, statSync } from 'node:fs';
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';

/**
 * Has `write` fill a file beside `file`, then gives it that name. A link stays one: what it leads to is replaced. Ended
 * by Ctrl-C nothing is left of it.
 * @param flag that names the file
 * @throws InvalidInput OUTPUT_NOT_WRITABLE where there is no such folder,
 * no right to write, or something that is no file
 */
export async function writeWholeFile(
  file: string,
  write: (partial: string) => Promise<void>,
  flag = '--out',
): Promise<void> {
  const wrong = outputProblems(flag, file);
  if (wrong.length > 0) throw new InvalidInput(wrong);
  const target = await realpath(file).catch(() => file);
  const partial = `${target}.${process.pid}.partial`;
  const remove = (): void => rmSync(partial, { force: true });
  process.once('exit', remove);
  try {
    await write(partial);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw isFileError(error) ? new InvalidInput([notWritable(flag, file, error.message)]) : error;
  } finally {
    process.off('exit', remove);
  }
}

/** What can be told of a place for a file before the work that is to fill it; nothing where none was asked for. */
export const outputProblems = (flag: string, file: string | undefined): Problem[] =>
  file === undefined ? [] : problemsOfPlace(flag, file, folderOf(file));

/** The same of a page, whose folders are made where they are missing. */
export const pageProblems = (file: string | undefined): Problem[] =>
  file === undefined ? [] : problemsOfPlace(PAGE_FLAG, file, nearestFolder(folderOf(file)));

/** Writes a page whole, and the folders above it. @throws InvalidInput OUTPUT_NOT_WRITABLE */
export async function writePageFile(file: string, html: string): Promise<void> {
  const wrong = pageProblems(file);
  if (wrong.length > 0) throw new InvalidInput(wrong);
  await mkdir(folderOf(file), { recursive: true });
  await writeWholeFile(file, (partial) => writeFile(partial, html, 'utf8'), PAGE_FLAG);
}

const PAGE_FLAG = '--html';
const folderOf = (file: string): string => path.dirname(path.resolve(file));
const nearestFolder = (folder: string): string => (existsSync(folder) ? folder : nearestFolder(path.dirname(folder)));

function problemsOfPlace(flag: string, file: string, folder: string): Problem[] {
  const why = faultOfPlace(file, folder);
  return why === null ? [] : [notWritable(flag, file, why)];
}

/** @param folder that has to be there */
function faultOfPlace(file: string, folder: string): string | null {
  try {
    if (file === '') return 'it has no name';
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return `there is no folder ${folder}`;
    if (existsSync(file) && !statSync(file).isFile()) return 'it is there and no file';
    accessSync(folder, constants.W_OK);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A disk that is full has no path; a broken connection to the database is no matter of the file. */
const DISK_CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

const isFileError = (error: unknown): error is Error =>
  error instanceof Error &&
  'syscall' in error &&
  ('path' in error || ('code' in error && DISK_CODES.includes(error.code)));

const notWritable = (flag: string, file: string, why: string): Problem =>
  problem('OUTPUT_NOT_WRITABLE', flag, file, 'a file that can be written', why);
