import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { keptSecret, rotateLog } from '../../../scripts/lib/files.ts';
import { withLock } from '../../../scripts/lib/lock.ts';
import { choosePort, isPortFree } from '../../../scripts/lib/ports.ts';
import { endProcess, isRunning, processCommand, referTo, signalProcess } from '../../../scripts/lib/processes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-lib-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const sleeper = () => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });

describe('processes', () => {
  it('recognises a living process and forgets it when it is gone', async () => {
    const ref = referTo(sleeper().pid);
    expect(isRunning(ref)).toBe(true);
    expect(ref === null ? null : processCommand(ref.pid)).toContain('setTimeout');
    expect(await endProcess(ref, 5_000)).toBe(true);
    expect(isRunning(ref)).toBe(false);
    expect(await endProcess(ref, 5_000)).toBe(false);
  });

  it('never signals another process that has taken the pid', () => {
    const child = sleeper();
    const stranger = { pid: child.pid ?? 0, mark: 'of another birth' };
    expect(signalProcess(stranger, 'SIGKILL')).toBe(false);
    expect(isRunning(referTo(child.pid))).toBe(true);
    child.kill('SIGKILL');
  });

  it('ends by force what does not listen', async () => {
    const deaf = spawn(process.execPath, [
      '-e',
      "process.on('SIGTERM', () => {}); console.log(1); setTimeout(() => {}, 60000)",
    ]);
    await new Promise((resolve) => deaf.stdout.once('data', resolve));
    const ref = referTo(deaf.pid);
    await endProcess(ref, 200);
    expect(isRunning(ref)).toBe(false);
  });
});

describe('a lock', () => {
  it('lets one through at a time', async () => {
    const file = path.join(folder, 'one.lock');
    let inside = 0;
    let most = 0;
    const work = () =>
      withLock(file, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await sleep(20);
        inside -= 1;
      });
    await Promise.all([work(), work(), work()]);
    expect([most, existsSync(file)]).toEqual([1, false]);
  });

  it('frees itself when its holder is dead', async () => {
    const file = path.join(folder, 'dead.lock');
    writeFileSync(file, JSON.stringify({ pid: process.pid, mark: 'of a process that is gone' }));
    expect(await withLock(file, async () => 'through')).toBe('through');
  });
});

describe('files of a desk', () => {
  it('makes a secret once, readable by its owner only', () => {
    const secrets = path.join(folder, 'secrets');
    const first = keptSecret(secrets, 'one');
    expect(first).toMatch(/^[0-9a-f]{48}$/);
    expect(keptSecret(secrets, 'one')).toBe(first);
    expect(statSync(path.join(secrets, 'one')).mode & 0o777).toBe(0o600);
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
  });

  it('turns a log over when it has grown past 10 MB', () => {
    const log = path.join(folder, 'worker.log');
    writeFileSync(log, 'short');
    rotateLog(log);
    expect(readFileSync(log, 'utf8')).toBe('short');
    writeFileSync(log, 'x'.repeat(10_000_001));
    rotateLog(log);
    expect([existsSync(log), statSync(`${log}.1`).size]).toEqual([false, 10_000_001]);
  });

  it('keeps a port while it is free and leaves it when it is taken', async () => {
    const port = await choosePort(null);
    expect(await choosePort(port)).toBe(port);
    expect(await isPortFree(port)).toBe(true);
  });
});
