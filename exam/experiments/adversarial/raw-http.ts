/** One HTTP request byte by byte, as no well-behaved client would send it, and what came back. */
import { connect } from 'node:net';

export type RawAnswer = {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Pieces are sent one after another, each after a wait; null ends a list that would go on. */
export type Piece = string | { readonly afterMs: number; readonly text: string };

const WITHIN_MS = 20_000;

/**
 * The answers of one connection until it is closed, or until `count` have come; those of HEAD have no body.
 * @throws when none comes in time
 */
export function exchange(port: number, pieces: Iterable<Piece>, count = 1, hasBody = true): Promise<RawAnswer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    let isDone = false;
    const end = (): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      socket.destroy();
      const answers = answersIn(text, hasBody);
      if (answers.length > 0) resolve(answers);
      else reject(new Error(`no answer: ${JSON.stringify(text.slice(0, 100))}`));
    };
    const timer = setTimeout(end, WITHIN_MS);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (answersIn(text, hasBody).length >= count) end();
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.once(
      'connect',
      () =>
        void write(
          pieces,
          () => isDone,
          (piece) => socket.write(piece),
        ),
    );
  });
}

async function write(pieces: Iterable<Piece>, isDone: () => boolean, send: (text: string) => boolean): Promise<void> {
  for (const piece of pieces) {
    const { afterMs, text } = typeof piece === 'string' ? { afterMs: 0, text: piece } : piece;
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (isDone()) return;
    send(text);
  }
}

/** Whole answers with a Content-Length, and those that stand behind one another. */
function answersIn(text: string, hasBody: boolean): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = text; ; ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return answers;
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2) as [string, string]).map(lowerName));
    const length = hasBody ? Number(headers['content-length'] ?? 0) : 0;
    const body = rest.slice(end + 4);
    if (Buffer.byteLength(body) < length) return answers;
    const own = Buffer.from(body).subarray(0, length).toString();
    answers.push({ status: Number(first.split(' ')[1]), headers, body: own });
    rest = body.slice(own.length);
  }
}

const lowerName = ([name, value]: [string, string]): [string, string] => [name.toLowerCase(), value];
