/**
 * Builds a program with Go, once: made aside, then renamed to where it is kept, so that a half-made one is never found.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { inheritedEnvironment, programFolders } from '../../config/environment.ts';
import { messageOf } from './desk-problem.ts';
import { ensureFolder } from './paths.ts';
import { say, withSignsOfLife } from './progress.ts';

export type GoBuild = {
  /** With its version, as `go install` takes it. */
  readonly goPackage: string;
  /** What Go calls the program: the last word of the package's path. */
  readonly makes: string;
  /** Where it is kept. */
  readonly target: string;
  /** Told to the person who waits. */
  readonly what: string;
};

const GO_FOLDERS = ['/usr/local/go/bin', '/usr/lib/go/bin', '/opt/homebrew/bin', '/snap/bin'];
const BUILD_MS_MAX = 30 * 60_000;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

const run = promisify(execFile);

/** The path of the program. @throws Error when there is no Go, or when it fails */
export async function goInstall({ goPackage, makes, target, what }: GoBuild): Promise<string> {
  const go = [...programFolders(), ...GO_FOLDERS].map((folder) => path.join(folder, `go${SUFFIX}`)).find(isExecutable);
  if (go === undefined) throw new Error('no Go on the PATH');
  const workshop = mkdtempSync(path.join(ensureFolder(path.dirname(target)), 'build-'));
  say(`  ${what}`);
  try {
    const unset = { GOFLAGS: undefined, GO111MODULE: undefined, GOOS: undefined, GOARCH: undefined };
    const env = inheritedEnvironment({ GOBIN: workshop, ...unset });
    const options = { cwd: tmpdir(), env, timeout: BUILD_MS_MAX, maxBuffer: 64_000_000 };
    await withSignsOfLife(what, () => run(go, ['install', '-ldflags=-s -w', goPackage], options));
    const made = path.join(workshop, `${makes}${SUFFIX}`);
    if (!existsSync(made)) throw new Error('no program came out');
    renameSync(made, target);
    return target;
  } catch (error) {
    throw new Error(`go install failed: ${messageOf(error).slice(-400)}`);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
