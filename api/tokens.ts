/**
 * Who may call, from `<home>/token` (mode 600, made at the first start): one token a line. A line `TOKEN account=ID` is
 * a token that sees that account only. The file is read again when it changes.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Caller } from './parts.ts';

const LINE = /^([\x21-\x7e]{16,256})(?:\s+account=([A-Za-z0-9:_-]{1,64}))?$/;

/** Makes the file when it is missing. */
export function ensureTokenFile(file: string): void {
  if (!existsSync(file)) {
    const draft = `${file}.${process.pid}.new`;
    writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    renameSync(draft, file);
  }
  chmodSync(file, 0o600);
}

/** The callers of the file as it is now; a file that is gone lets nobody in. */
export function callersOf(file: string): () => readonly Caller[] {
  let readAtMs = -1;
  let callers: readonly Caller[] = [];
  return () => {
    const changedAtMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
    if (changedAtMs === null) return [];
    if (changedAtMs !== readAtMs) callers = parseTokens(readFileSync(file, 'utf8'));
    readAtMs = changedAtMs;
    return callers;
  };
}

export const parseTokens = (text: string): Caller[] =>
  text.split('\n').flatMap((line) => {
    const [, token, accountId] = LINE.exec(line.trim()) ?? [];
    return token === undefined ? [] : [{ token, accountId: accountId ?? null }];
  });
