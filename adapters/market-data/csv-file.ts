/**
 * Reads a bar file as a stream: CSV or JSON, plain or gzip, UTF-8, any line ends. Memory stays bounded whatever the
 * file (DATA_TOO_LARGE). What is in the rows is judged by domain/market/csv-bars.ts.
 */
import { type BarParserOptions, createBarParser, type ParsedBars } from '../../domain/market/csv-bars.ts';
import { type ReadTableOptions, readTable } from './read-table.ts';

export type ReadBarFileOptions = Omit<BarParserOptions, 'file'> & ReadTableOptions;

/**
 * The bars of a file with all problems and warnings; it does not throw for what is in the file.
 * @throws InvalidInput DATA_FILE_NOT_FOUND when the path is no readable file
 */
export async function readBarFile(path: string, options: ReadBarFileOptions): Promise<ParsedBars> {
  const parser = createBarParser({ ...options, file: path });
  await readTable(path, parser, options);
  return parser.finish();
}
