/**
 * Reads an event stream that goes on (text/event-stream, WHATWG HTML section 9.2) as its bytes come, wherever they are
 * cut: inside a UTF-8 sign, inside `data:`, between \r and \n. For one that has ended see event-stream.ts.
 */

export type ServerSentEvent = { readonly event: string; readonly data: string };

/** The bytes are not UTF-8, or one event is larger than allowed. */
export class BrokenEventStream extends Error {
  override readonly name = 'BrokenEventStream';
}

export type EventReader = {
  /** The events that these bytes complete. @throws BrokenEventStream */
  readonly push: (bytes: Uint8Array) => ServerSentEvent[];
  /** Data of the event inside which the stream ended; null: it ended behind one. @throws BrokenEventStream */
  readonly end: () => string | null;
};

export function createEventReader(eventLengthMax: number): EventReader {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = '';
  let endedByCr = false;
  let event = '';
  let data: string[] = [];

  const takeLine = (events: ServerSentEvent[]): void => {
    if (line === '') {
      if (data.length > 0) events.push({ event, data: data.join('\n') });
      event = '';
      data = [];
    } else if (line.startsWith('data:')) data.push(valueIn(line, 5));
    else if (line.startsWith('event:')) event = valueIn(line, 6);
    line = '';
  };

  const take = (text: string): ServerSentEvent[] => {
    const events: ServerSentEvent[] = [];
    let from = endedByCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') endedByCr = false;
    for (let at = from; at < text.length; at += 1) {
      const sign = text[at];
      if (sign !== '\n' && sign !== '\r') continue;
      line += text.slice(from, at);
      takeLine(events);
      if (sign === '\r' && text[at + 1] === '\n') at += 1;
      endedByCr = sign === '\r' && at + 1 === text.length;
      from = at + 1;
    }
    line += text.slice(from);
    if (line.length > eventLengthMax || data.reduce((sum, one) => sum + one.length, 0) > eventLengthMax) {
      throw new BrokenEventStream(`one event is larger than ${eventLengthMax} signs`);
    }
    return events;
  };

  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw new BrokenEventStream('the stream is not UTF-8');
    }
  };

  return {
    push: (bytes) => take(decode(bytes)),
    end: () => {
      take(decode());
      if (line !== '') takeLine([]);
      else if (data.length === 0) return null;
      return data.join('\n');
    },
  };
}

const valueIn = (line: string, from: number): string => line.slice(line[from] === ' ' ? from + 1 : from);
