/**
 * As whom PostgreSQL runs. It refuses root, so a desk started by root runs it (a) inside a user namespace, which
 * needs no account and reaches a home of mode 700, or (b) as an account of its own. Everybody else runs it as is.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { inheritedEnvironment } from '../../config/environment.ts';
import { deskDown } from './desk-problem.ts';

type Account = { readonly name: string; readonly uid: number; readonly gid: number };
export type RunAs =
  | { readonly kind: 'self' }
  | { readonly kind: 'namespace'; readonly account: Account }
  | { readonly kind: 'account'; readonly account: Account };

const OWN_ACCOUNT = 'quarterdeck';
/** Accounts for whom a database may run, best first; inside a namespace any that exists will do. */
const KNOWN_ACCOUNTS = [OWN_ACCOUNT, 'postgres'];

/**
 * @param folder the data folder, or where it will be: an existing one decides by its owner
 * @param home   must be reachable by the account
 * @throws InvalidInput (exit code 3) when root finds no way
 */
export function choosePostgresUser(folder: string, home: string, program: string): RunAs {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const ownerUid = existsSync(folder) ? statSync(folder).uid : 0;
  const owner = readAccounts().find((one) => one.uid === ownerUid && ownerUid !== 0);
  if (owner !== undefined) return { kind: 'account', account: owner };
  return namespaceFor(home, program) ?? accountFor(home, program) ?? refuse(home);
}

function readAccounts(): Account[] {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name === undefined || uid === undefined || gid === undefined
      ? []
      : [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

/** initdb looks its user up, so the namespace maps root to an account that exists. It gains no rights by that. */
function namespaceFor(home: string, program: string): RunAs | null {
  const account = readAccounts().find((one) => one.uid !== 0);
  const runAs: RunAs | null = account === undefined ? null : { kind: 'namespace', account };
  return runAs !== null && canReach(runAs, home, program) ? runAs : null;
}

/** Whoever owns the place first (somebody else's project started by root), then the accounts made for databases. */
function accountFor(home: string, program: string): RunAs | null {
  const accounts = readAccounts();
  const owners = ownersAbove(home).flatMap((uid) => accounts.filter((one) => one.uid === uid && uid !== 0));
  const known = KNOWN_ACCOUNTS.flatMap((name) => accounts.filter((one) => one.name === name));
  const asAccount = (account: Account): RunAs => ({ kind: 'account', account });
  const found = [...owners, ...known].map(asAccount).find((one) => canReach(one, home, program));
  if (found !== undefined) return found;
  const created = createAccount();
  return created !== undefined && canReach(asAccount(created), home, program) ? asAccount(created) : null;
}

/** The owners of a folder and of those around it, the nearest first. */
function ownersAbove(folder: string): number[] {
  const around = path.dirname(folder);
  return [statSync(folder).uid, ...(around === folder ? [] : ownersAbove(around))];
}

/** Whether it may enter the home and run the program. */
function canReach(runAs: RunAs, home: string, program: string): boolean {
  const [command, args] = commandAs(runAs, '/bin/sh', ['-c', 'cd "$1" && exec "$2" --version', 'sh', home, program]);
  return spawnSync(command, args, { ...identityOf(runAs), stdio: 'ignore', cwd: '/' }).status === 0;
}

function createAccount(): Account | undefined {
  try {
    execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', OWN_ACCOUNT], {
      stdio: 'ignore',
    });
  } catch {
    // Already there, or not allowed: the look-up below tells.
  }
  return readAccounts().find((one) => one.name === OWN_ACCOUNT);
}

function refuse(home: string): never {
  const hint =
    'PostgreSQL refuses to run as root. Neither a user namespace (unshare --user) nor an account that reaches this ' +
    'folder is allowed here: start as an ordinary user, move the project or QUARTERDECK_HOME where others may enter, ' +
    'or set DATABASE_URL';
  throw deskDown('POSTGRES_USER', 'QUARTERDECK_HOME', home, 'a folder that an unprivileged account can reach', hint);
}

function commandAs(runAs: RunAs, program: string, args: readonly string[]): [string, string[]] {
  if (runAs.kind !== 'namespace') return [program, [...args]];
  const { uid, gid } = runAs.account;
  return ['unshare', ['--user', `--map-user=${uid}`, `--map-group=${gid}`, program, ...args]];
}

const identityOf = (runAs: RunAs): { uid?: number; gid?: number } =>
  runAs.kind === 'account' ? { uid: runAs.account.uid, gid: runAs.account.gid } : {};

/** Runs one of the PostgreSQL programs to its end. @throws with its output when it fails */
export async function runProgram(runAs: RunAs, program: string, args: readonly string[], cwd: string): Promise<void> {
  const [command, words] = commandAs(runAs, program, args);
  await promisify(execFile)(command, words, { ...identityOf(runAs), cwd, env: inheritedEnvironment({ LC_ALL: 'C' }) });
}

/** Gives a file or folder to whoever PostgreSQL runs as. */
export function handOver(runAs: RunAs, file: string): void {
  if (runAs.kind === 'account') chownSync(file, runAs.account.uid, runAs.account.gid);
}
