/**
 * A provider on loopback: real sockets, real HTTP. It keeps what it was asked and answers by script, well or badly.
 * What its answers look like is the wire format's (the files beside this one).
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type PeerCall = { readonly id: string; readonly name: string; readonly arguments: string };
export type PeerAnswer = {
  readonly text?: string;
  readonly calls?: readonly PeerCall[];
  /** A block that only the provider can read, where the format has one. */
  readonly thinking?: boolean;
  readonly stop?: 'end' | 'tools' | 'truncated' | 'refused';
  /** null: none is told. */
  readonly usage?: { readonly in: number; readonly cached: number; readonly out: number } | null;
};

export type WireFormat = {
  readonly contentType: string;
  /** The whole stream, cut where the format's own events end. */
  readonly stream: (answer: PeerAnswer) => readonly Uint8Array[];
  /** An event that tells an error after a 200. */
  readonly errorEvent: (kind: 'overloaded' | 'rateLimited', message: string) => Uint8Array;
  /** One event with this JSON text in it. */
  readonly event: (json: string) => Uint8Array;
};

export type PeerTurn =
  | { readonly kind: 'answer'; readonly answer: PeerAnswer }
  /** Bytes as they are, then a good end, a broken connection, or nothing more. */
  | { readonly kind: 'bytes'; readonly bytes: readonly Uint8Array[]; readonly ending: 'end' | 'cut' | 'silence' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body: string;
    }
  | { readonly kind: 'page'; readonly contentType: string; readonly body: string }
  /** Not even a status. */
  | { readonly kind: 'mute' }
  /** The same bytes over and over. */
  | { readonly kind: 'repeat'; readonly bytes: Uint8Array; readonly everyMs: number };

export type PeerRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of four formats
  readonly body: any;
};

export type ModelPeer = {
  readonly url: string;
  readonly requests: PeerRequest[];
  /** What comes next, one turn a request; the last one stays. */
  script: PeerTurn[];
  /** What a list of models is answered with. */
  models: string;
  readonly close: () => Promise<void>;
};

export async function startModelPeer(format: WireFormat): Promise<ModelPeer> {
  const requests: PeerRequest[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      requests.push({ method, path, headers, text, body: text === '' ? null : JSON.parse(text) });
      if (method === 'GET') response.setHeader('content-type', 'application/json').end(peer.models);
      else play(peer.script.length > 1 ? peer.script.shift() : peer.script[0], response);
    });
  });
  const play = (turn: PeerTurn | undefined, response: ServerResponse): void => {
    if (turn === undefined) throw new Error('the script is empty');
    if (turn.kind === 'status') response.writeHead(turn.status, turn.headers).end(turn.body);
    else if (turn.kind === 'page') response.setHeader('content-type', turn.contentType).end(turn.body);
    else if (turn.kind !== 'mute') stream(turn, response);
  };
  const stream = (turn: Exclude<PeerTurn, { kind: 'status' | 'page' | 'mute' }>, response: ServerResponse): void => {
    response.setHeader('content-type', format.contentType).setHeader('x-request-id', `request-${requests.length}`);
    if (turn.kind === 'repeat') {
      repeat(turn, response);
      return;
    }
    const ending = turn.kind === 'answer' ? 'end' : turn.ending;
    for (const bytes of turn.kind === 'answer' ? format.stream(turn.answer) : turn.bytes) response.write(bytes);
    if (ending === 'end') response.end();
    else if (ending === 'cut') response.write('', () => response.destroy());
    else response.flushHeaders();
  };
  const repeat = ({ bytes, everyMs }: Extract<PeerTurn, { kind: 'repeat' }>, response: ServerResponse): void => {
    const timer = setInterval(() => {
      if (response.writableLength < 4_000_000) response.write(bytes);
    }, everyMs);
    timers.add(timer);
    response.on('close', () => clearInterval(timer));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const peer: ModelPeer = {
    url: `http://127.0.0.1:${port}`,
    requests,
    script: [],
    models: JSON.stringify({ object: 'list', data: [{ id: 'one' }, { id: 'two' }], has_more: false }),
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A text in pieces of a few signs, as models write it; a very long one in about 400. */
export const pieces = (text: string, size = Math.max(5, Math.ceil(text.length / 400))): string[] =>
  [...text].reduce<string[]>((parts, sign, index) => {
    if (index % size === 0) parts.push('');
    parts[parts.length - 1] += sign;
    return parts;
  }, []);
