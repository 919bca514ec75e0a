/**
 * The phrase that a person types to clear the kill switch. It is bound to the very switch it was shown for: after
 * another set, here or by anyone in the database, the old phrase opens nothing. Kept in `<home>/kill-phrase.json`.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { sha256Hex } from '../../../domain/canonical-json.ts';
import { readJson, writeWhole } from '../files.ts';
import { ensureFolder } from '../paths.ts';
import { isSamePhrase, randomPhrase } from '../phrase.ts';

/** What is set now. `rowAtMs`: null with the row off, undefined when the database does not answer. */
export type SwitchSeen = { readonly fileText: string | null; readonly rowAtMs: number | null | undefined };

const phraseSchema = z.strictObject({
  phrase: z.string(),
  fileHash: z.string().nullable(),
  rowAtMs: z.number().int().nullable(),
});
type KeptPhrase = z.infer<typeof phraseSchema>;

const phraseFile = (home: string): string => path.join(home, 'kill-phrase.json');

/** A fresh phrase for the switch as it stands. @throws Error when it cannot be written */
export function newPhrase(home: string, { fileText, rowAtMs }: SwitchSeen): string {
  const kept: KeptPhrase = { phrase: randomPhrase(), fileHash: hashOf(fileText), rowAtMs: rowAtMs ?? null };
  ensureFolder(home);
  writeWhole(phraseFile(home), `${JSON.stringify(kept)}\n`, 0o600);
  return kept.phrase;
}

/** The phrase of this switch, made when there is none that fits. @throws Error when it cannot be written */
export function phraseFor(home: string, seen: SwitchSeen): string {
  const kept = readJson(phraseFile(home), phraseSchema);
  return kept !== null && fits(kept, seen) ? kept.phrase : newPhrase(home, seen);
}

export function isConfirmed(home: string, typed: string, seen: SwitchSeen): boolean {
  const kept = readJson(phraseFile(home), phraseSchema);
  return kept !== null && fits(kept, seen) && isSamePhrase(kept.phrase, typed);
}

export const forgetPhrase = (home: string): void => rmSync(phraseFile(home), { force: true });

/** What is off now cannot be cleared by mistake, so it always fits. */
const fits = (kept: KeptPhrase, { fileText, rowAtMs }: SwitchSeen): boolean =>
  (fileText === null || kept.fileHash === hashOf(fileText)) &&
  (rowAtMs === null || rowAtMs === undefined || kept.rowAtMs === rowAtMs);

const hashOf = (text: string | null): string | null => (text === null ? null : sha256Hex(text));
