/** Published numbers in JSON: those beside the project (absent ones are told on the console), and our own fixtures. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The document, or null with a notice, so that the test can skip visibly. `name` is relative to the golden folder. */
export function goldenJson<Document>(name: string): Document | null {
  const file = path.resolve(process.cwd(), '../shared/golden', name);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Document;
  console.warn(`SKIPPED: golden file ${name} is not here, its numbers are not compared`);
  return null;
}

/** A file of test/fixtures. */
export const fixtureJson = <Document>(name: string): Document =>
  JSON.parse(readFileSync(path.resolve(process.cwd(), 'test/fixtures', name), 'utf8')) as Document;
