const HALF_AT_END = /[\ud800-\udbff]$/;

/**
 * A text of at most `lengthMax` UTF-16 units, never cut between the halves of one character.
 * @param mark what ends a text that was cut; it counts
 */
export function cutText(text: string, lengthMax: number, mark = ''): string {
  if (text.length <= lengthMax) return text;
  return text.slice(0, lengthMax - mark.length).replace(HALF_AT_END, '') + mark;
}
