/**
 * Thoughts that a model writes into its answer: one block `<think>…</think>` before everything else, as DeepSeek and Qwen
 * do on a server that does not tell thoughts apart. A block inside it belongs to it. One that is never closed has no answer
 * behind it. What stands elsewhere, or in a second block, is part of the answer, where no contract takes it.
 */
const OPENING = /^[\s\p{Cf}]*<think>/u;
const TAG = /<(\/?)think>/g;

/** What was said after the thoughts; the text itself where it does not begin with any. */
export function withoutThoughts(text: string): string {
  if (!OPENING.test(text)) return text;
  let depth = 0;
  for (const tag of text.matchAll(TAG)) {
    depth += tag[1] === '/' ? -1 : 1;
    if (depth === 0) return text.slice(tag.index + tag[0].length);
  }
  return '';
}
