/**
 * What has to happen before TypeScript can run: the right Node, the packages of package-lock.json, the loader.
 * Plain JavaScript without packages, because it runs when none are installed yet. Says what it does on stderr.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const NODE_LEAST = [20, 19];
const SIGN_OF_LIFE_MS = 10_000;
const BAD_CONFIGURATION = 2;
const NOT_UP = 3;

const say = (line) => process.stderr.write(`${line}\n`);

/** Runs `scripts/<name>.ts` in this process, with the arguments that are already in `process.argv`. */
export async function runTypeScript(name) {
  checkNode();
  checkName(name);
  await installPackages();
  const { runProgram } = await import('../../adapters/program/run-program.mjs');
  const script = path.join(PROJECT, 'scripts', `${name}.ts`);
  process.argv[1] = script;
  await runProgram(script);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [leastMajor, leastMinor] = NODE_LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  end(
    BAD_CONFIGURATION,
    'NODE_TOO_OLD',
    'node',
    process.version,
    `v${NODE_LEAST.join('.')}.0 or later`,
    'install a newer Node',
  );
}

function checkName(name) {
  if (/^[a-z][a-z-]*$/.test(name) && existsSync(path.join(PROJECT, 'scripts', `${name}.ts`))) return;
  end(BAD_CONFIGURATION, 'SCRIPT_UNKNOWN', 'script', name, 'a script of this project', 'npm run lists them');
}

/** The one shape of a problem: as a line, or as the JSON document that `--json` promises. */
function end(exitCode, code, at, got, expected, hint) {
  const problem = {
    code,
    message: `${at}: got ${JSON.stringify(got)}, expected ${expected}`,
    path: at,
    got,
    expected,
    hint,
  };
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ ok: false, problems: [problem] })}\n`);
  else say(`${code} ${problem.message} (${hint})`);
  process.exit(exitCode);
}

async function installPackages() {
  if (packagesAreCurrent()) return;
  const lock = path.join(PROJECT, '.data', 'install.lock');
  mkdirSync(path.dirname(lock), { recursive: true });
  let nextSignMs = Date.now();
  while (!takeLock(lock)) {
    if (Date.now() >= nextSignMs) say('  packages   waiting for another start that is installing them …');
    if (Date.now() >= nextSignMs) nextSignMs += SIGN_OF_LIFE_MS;
    await sleep(500);
  }
  try {
    if (!packagesAreCurrent()) await runNpmCi();
  } finally {
    rmSync(lock, { force: true });
  }
}

/**
 * npm keeps a lock of what is installed: it must agree with ours, but for development and other platforms' packages.
 */
function packagesAreCurrent() {
  const installed = readPackages(path.join(PROJECT, 'node_modules', '.package-lock.json'));
  const wanted = readPackages(path.join(PROJECT, 'package-lock.json'));
  if (installed === null || wanted === null) return wanted === null;
  return Object.entries(wanted).every(([name, { version, dev, optional, devOptional, link }]) => {
    if (name === '' || link === true) return true;
    const found = installed[name];
    return found === undefined ? [dev, optional, devOptional].includes(true) : found.version === version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

/** True when the lock is ours. One whose process is gone (or that nobody touched for an hour) is taken over. */
function takeLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned(file)) rmSync(file, { force: true });
    return false;
  }
}

function isAbandoned(file) {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    const ageMs = Date.now() - statSync(file).mtimeMs;
    return ageMs > 3_600_000 || (holder > 0 && !isAlive(holder));
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** npm's own words go to stderr: stdout belongs to the script. */
async function runNpmCi() {
  const startedAtMs = Date.now();
  const elapsed = () => `${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`;
  say('  packages   installing (npm ci, about a minute) …');
  const timer = setInterval(() => say(`  packages   installing … ${elapsed()}`), SIGN_OF_LIFE_MS);
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await new Promise((resolve) => {
    const child = spawn('npm', args, { cwd: PROJECT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    child.once('error', () => resolve(-1));
    child.once('close', resolve);
  });
  clearInterval(timer);
  if (code !== 0)
    end(NOT_UP, 'PACKAGES_NOT_INSTALLED', 'npm ci', `exit code ${code}`, 'exit code 0', 'see the lines above');
  say(`  packages   installed ${elapsed()}`);
}
