/**
 * Finds the `temporal` program, or makes one: TEMPORAL_CLI, the PATH, the user's cache folder, `go install`,
 * the SDK's own download. What is made is kept in the cache folder, outside the clone, for every later start.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Environment, inheritedEnvironment, programFolders, userCacheFolder } from '../../config/environment.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { deskDown, messageOf } from './desk-problem.ts';
import { goInstall, isExecutable } from './go-install.ts';
import { withLock } from './lock.ts';
import { ensureFolder } from './paths.ts';
import { say, secondsSince, withSignsOfLife } from './progress.ts';

const VERSION = '1.5.1';
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${VERSION}`;
const DOWNLOAD_MS_MAX = 10 * 60_000;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

const run = promisify(execFile);

/** Where a program that was built or downloaded is kept. */
const cachedProgram = (): string => path.join(userCacheFolder(), 'bin', `temporal-${VERSION}${SUFFIX}`);

/** The program that is there already, without making one; null when there is none. */
export async function findTemporalCli(environment: Environment): Promise<string | null> {
  if (environment.temporalCli !== null) return requireProgram(path.resolve(environment.temporalCli));
  const onPath = programFolders().map((folder) => path.join(folder, `temporal${SUFFIX}`));
  for (const candidate of [...onPath.filter(isExecutable), cachedProgram()]) {
    if ((await versionOf(candidate)) !== null) return candidate;
  }
  return null;
}

/** @throws InvalidInput (exit code 3) naming every way when none works */
export async function findOrMakeTemporalCli(environment: Environment): Promise<string> {
  const found = await findTemporalCli(environment);
  if (found !== null) return found;
  const startedAtMs = Date.now();
  let toldAtMs = 0;
  const onWait = (waitedMs: number): void => {
    if (waitedMs - toldAtMs < 10_000) return;
    toldAtMs = waitedMs;
    say(`  waiting for another start that is making the temporal program … ${secondsSince(startedAtMs)}`);
  };
  return withLock(`${cachedProgram()}.lock`, () => makeUnlessMade(environment), onWait);
}

async function makeUnlessMade(environment: Environment): Promise<string> {
  const madeMeanwhile = await findTemporalCli(environment);
  if (madeMeanwhile !== null) return madeMeanwhile;
  for (const make of [buildWithGo, downloadWithSdk]) {
    try {
      return await make();
    } catch (error) {
      say(`  that did not work: ${messageOf(error)}`);
    }
  }
  throw deskDown('TEMPORAL_CLI_MISSING', 'temporal', undefined, 'a temporal program', waysToGetOne());
}

const waysToGetOne = (): string =>
  [
    'give one of these and start again: TEMPORAL_ADDRESS=host:port of a server that runs',
    'TEMPORAL_CLI=path of a temporal program',
    'a temporal program on the PATH',
    `a temporal program at ${cachedProgram()}`,
    `Go, so that it can be built (go install ${GO_PACKAGE})`,
    'access to the network, so that the SDK can download it',
  ].join(' · ');

async function requireProgram(program: string): Promise<string> {
  if ((await versionOf(program)) !== null) return program;
  const hint = 'unset TEMPORAL_CLI to have one found';
  throw new InvalidInput([problem('CONFIG_VALUE', 'TEMPORAL_CLI', program, 'a temporal program that runs', hint)]);
}

/** What `temporal --version` prints; null when it does not run. */
export async function versionOf(program: string): Promise<string | null> {
  try {
    return (await run(program, ['--version'], { timeout: 30_000, env: inheritedEnvironment() })).stdout.trim();
  } catch {
    return null;
  }
}

const buildWithGo = (): Promise<string> =>
  goInstall({
    goPackage: GO_PACKAGE,
    makes: 'temporal',
    target: cachedProgram(),
    what: `building the Temporal server once (go install ${GO_PACKAGE}, 2 to 5 minutes)`,
  });

/** The SDK downloads while it starts a server of its own; that server is stopped and the program kept. */
async function downloadWithSdk(): Promise<string> {
  const workshop = mkdtempSync(path.join(ensureFolder(path.dirname(cachedProgram())), 'download-'));
  const what = "downloading the Temporal server (the SDK's own download)";
  say(`  ${what}`);
  try {
    await withSignsOfLife(what, () => within(DOWNLOAD_MS_MAX, startDownloaded(workshop)));
    const file = readdirSync(workshop).find((name) => isExecutable(path.join(workshop, name)));
    if (file === undefined) throw new Error('nothing was downloaded');
    return keep(path.join(workshop, file));
  } catch (error) {
    throw new Error(`download failed: ${messageOf(error).slice(-400)}`);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

async function startDownloaded(downloadDir: string): Promise<void> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const executable = { type: 'cached-download', version: `v${VERSION}`, downloadDir } as const;
  const started = await TestWorkflowEnvironment.createLocal({ server: { executable, ui: false } });
  await started.teardown();
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function keep(program: string): string {
  if (!existsSync(program)) throw new Error('no program came out');
  renameSync(program, cachedProgram());
  return cachedProgram();
}
