/**
 * Reads a whole event stream (text/event-stream, WHATWG HTML section 9.2) that has ended: what its events carry,
 * and its comments. Not for streams that go on.
 */

export type StreamText = { readonly data: readonly string[]; readonly comments: readonly string[] };

/** Null when the text ends in the middle of an event: the stream was broken off. */
export function eventDataOf(text: string): StreamText | null {
  const data: string[] = [];
  const comments: string[] = [];
  let open: string[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (open.length > 0) data.push(open.join('\n'));
      open = [];
    } else if (line.startsWith(':')) comments.push(line.slice(1).trim());
    else if (line.startsWith('data:')) open.push(line.slice(5).replace(/^ /, ''));
  }
  return open.length > 0 ? null : { data, comments };
}
