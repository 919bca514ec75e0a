/**
 * The phrase that a person types to clear the kill switch. It is bound to the very switch it was shown for: after
 * another set, here or by anyone in the database, the old phrase opens nothing. Kept in `<home>/kill-phrase.json`.
 */
import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { sha256Hex } from '../../../domain/canonical-json.ts';
import { readJson, writeWhole } from '../files.ts';
import { ensureFolder } from '../paths.ts';

/** What is set now. `rowAtMs`: null with the row off, undefined when the database does not answer. */
export type SwitchSeen = { readonly fileText: string | null; readonly rowAtMs: number | null | undefined };

const phraseSchema = z.strictObject({
  phrase: z.string(),
  fileHash: z.string().nullable(),
  rowAtMs: z.number().int().nullable(),
});
type KeptPhrase = z.infer<typeof phraseSchema>;

const WORDS_IN_PHRASE = 4;
const WORDS = [
  ...[
    'amber',
    'anchor',
    'apple',
    'arrow',
    'autumn',
    'basket',
    'beacon',
    'birch',
    'bottle',
    'bridge',
    'bronze',
    'candle',
  ],
  ...[
    'canyon',
    'carpet',
    'cedar',
    'cherry',
    'circle',
    'clover',
    'copper',
    'corner',
    'cotton',
    'desert',
    'donkey',
    'eagle',
  ],
  ...['ember', 'engine', 'falcon', 'feather', 'fiddle', 'forest', 'garden', 'ginger', 'glacier', 'granite', 'hammer'],
  ...[
    'harbor',
    'hazel',
    'hollow',
    'island',
    'ivory',
    'jacket',
    'kettle',
    'ladder',
    'lantern',
    'lemon',
    'linen',
    'magnet',
  ],
  ...['maple', 'marble', 'meadow', 'mirror', 'nickel', 'orchard', 'oyster', 'paddle', 'pebble', 'pepper', 'pillow'],
  ...['quartz', 'rabbit', 'raven', 'ribbon', 'river', 'saddle', 'silver', 'spruce', 'summer', 'thunder', 'timber'],
  ...['tunnel', 'turtle', 'velvet', 'violet', 'walnut', 'whistle', 'window', 'winter', 'yellow', 'zebra'],
] as const;

const phraseFile = (home: string): string => path.join(home, 'kill-phrase.json');

/** A fresh phrase for the switch as it stands. @throws Error when it cannot be written */
export function newPhrase(home: string, { fileText, rowAtMs }: SwitchSeen): string {
  const words = Array.from({ length: WORDS_IN_PHRASE }, () => WORDS[randomInt(WORDS.length)] ?? WORDS[0]);
  const kept: KeptPhrase = { phrase: words.join(' '), fileHash: hashOf(fileText), rowAtMs: rowAtMs ?? null };
  ensureFolder(home);
  writeWhole(phraseFile(home), `${JSON.stringify(kept)}\n`, 0o600);
  return kept.phrase;
}

/** The phrase of this switch, made when there is none that fits. @throws Error when it cannot be written */
export function phraseFor(home: string, seen: SwitchSeen): string {
  const kept = readJson(phraseFile(home), phraseSchema);
  return kept !== null && fits(kept, seen) ? kept.phrase : newPhrase(home, seen);
}

/** Letter case and the spaces between words do not matter. */
export function isConfirmed(home: string, typed: string, seen: SwitchSeen): boolean {
  const kept = readJson(phraseFile(home), phraseSchema);
  return kept !== null && fits(kept, seen) && plain(kept.phrase) === plain(typed);
}

export const forgetPhrase = (home: string): void => rmSync(phraseFile(home), { force: true });

/** What is off now cannot be cleared by mistake, so it always fits. */
const fits = (kept: KeptPhrase, { fileText, rowAtMs }: SwitchSeen): boolean =>
  (fileText === null || kept.fileHash === hashOf(fileText)) &&
  (rowAtMs === null || rowAtMs === undefined || kept.rowAtMs === rowAtMs);

const hashOf = (text: string | null): string | null => (text === null ? null : sha256Hex(text));
const plain = (text: string): string => text.trim().toLowerCase().split(/\s+/).join(' ');
