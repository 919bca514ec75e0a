/**
 * The phrase that a person types to arm an account. It is bound to the arming that was the newest when it was shown,
 * and lasts for 15 minutes: what was read must still be true. Kept in `<home>/arm-phrase.json`.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readJson, writeWhole } from '../files.ts';
import { ensureFolder } from '../paths.ts';
import { isSamePhrase, randomPhrase } from '../phrase.ts';

/** What the phrase is shown for. `armingId`: the newest arming, ended or not; null before the first. */
export type ArmingSeen = { readonly account: string; readonly armingId: number | null; readonly nowMs: number };

const phraseSchema = z.strictObject({
  phrase: z.string(),
  account: z.string(),
  armingId: z.number().int().nullable(),
  shownAtMs: z.number().int(),
});
type KeptPhrase = z.infer<typeof phraseSchema>;

const LASTS_MS = 900_000;

const phraseFile = (home: string): string => path.join(home, 'arm-phrase.json');

/**
 * The phrase for what is seen, a new one where the last does not fit any more. @throws Error when it cannot be written
 */
export function phraseFor(home: string, seen: ArmingSeen): string {
  const before = readJson(phraseFile(home), phraseSchema);
  const { account, armingId, nowMs: shownAtMs } = seen;
  const phrase = before !== null && fits(before, seen) ? before.phrase : randomPhrase();
  const kept: KeptPhrase = { phrase, account, armingId, shownAtMs };
  ensureFolder(home);
  writeWhole(phraseFile(home), `${JSON.stringify(kept)}\n`, 0o600);
  return phrase;
}

export function isConfirmed(home: string, typed: string, seen: ArmingSeen): boolean {
  const kept = readJson(phraseFile(home), phraseSchema);
  return kept !== null && fits(kept, seen) && isSamePhrase(kept.phrase, typed);
}

export const forgetPhrase = (home: string): void => rmSync(phraseFile(home), { force: true });

const fits = (kept: KeptPhrase, { account, armingId, nowMs }: ArmingSeen): boolean =>
  kept.account === account && kept.armingId === armingId && Math.abs(nowMs - kept.shownAtMs) <= LASTS_MS;
