/** Phrases that a person reads on a screen and types again, so that no habit and no script confirms by itself. */
import { randomInt } from 'node:crypto';

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

export const randomPhrase = (): string =>
  Array.from({ length: WORDS_IN_PHRASE }, () => WORDS[randomInt(WORDS.length)] ?? WORDS[0]).join(' ');

/** Letter case and the spaces between words do not matter. */
export const isSamePhrase = (left: string, right: string): boolean => plain(left) === plain(right);

const plain = (text: string): string => text.trim().toLowerCase().split(/\s+/).join(' ');
