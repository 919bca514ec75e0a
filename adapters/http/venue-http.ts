/**
 * One request, one answer: no retry, no redirect, no kept connection, a total and an idle timeout, a cap on the reply.
 * A failure tells how far the request got, because only `beforeSend` proves that nothing was sent. The request leaves
 * when the connection stands and the guard has agreed. Goes through `effect` by itself.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { outsideUrlProblems } from '../../schemas/outside-url.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { type EffectName, effect } from '../effect.ts';
import { lookUpAllowed } from './allowed-lookup.ts';

/** beforeSend: no byte of the request left. unknown: some may have. afterSend: all of it was handed over. */
export type FailurePhase = 'beforeSend' | 'unknown' | 'afterSend';

export type HttpAnswer =
  | { readonly kind: 'response'; readonly status: number; readonly headers: HttpHeaders; readonly body: string }
  | { readonly kind: 'failure'; readonly phase: FailurePhase; readonly reason: string };
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly baseUrl: string;
  /** Begins with `/`; may have a query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly hosts: readonly string[];
  readonly allowLoopback: boolean;
  readonly totalTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly bodyBytesMax: number;
  /** Asked directly before the first byte: null to go on, or the reason not to. A throw is a reason too. */
  readonly guard?: () => Promise<string | null>;
};

export const BODY_BYTES_MAX = 1_000_000;

type Progress = 'connecting' | 'writing' | 'sent';
const PHASES: Readonly<Record<Progress, FailurePhase>> = {
  connecting: 'beforeSend',
  writing: 'unknown',
  sent: 'afterSend',
};

/**
 * Never throws for what the other side does: that is a `failure`.
 * @throws InvalidInput CONFIG_URL_BLOCKED when the address must not be called
 */
export async function requestOnce(name: EffectName, request: HttpRequest): Promise<HttpAnswer> {
  const problems = outsideUrlProblems('baseUrl', request.baseUrl, request);
  if (problems.length > 0) throw new InvalidInput(problems);
  return effect(name, () => exchange(request));
}

function exchange(request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const client = openClient(request);
    let progress: Progress = 'connecting';
    let isSettled = false;
    const settle = (answer: HttpAnswer): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(total);
      resolve(answer);
      client.destroy();
    };
    const fail = (reason: string): void => settle({ kind: 'failure', phase: PHASES[progress], reason });
    const release = async (): Promise<void> => {
      const refusal = await refusalOf(request.guard);
      if (refusal !== null) return fail(refusal);
      if (isSettled) return;
      progress = 'writing';
      client.end(request.body ?? undefined);
    };
    const total = setTimeout(() => fail(`no whole reply in ${request.totalTimeoutMs} ms`), request.totalTimeoutMs);
    client.setTimeout(request.idleTimeoutMs, () => fail(`silent for ${request.idleTimeoutMs} ms`));
    client.once('socket', (socket) => onceConnected(socket, request.baseUrl, () => void release()));
    client.once('finish', () => {
      progress = 'sent';
    });
    client.once('response', (response) => collect(response, request.bodyBytesMax, settle, fail));
    client.on('error', (error) => fail(reasonOf(error)));
    client.once('close', () => fail('the connection closed before a reply'));
  });
}

function openClient(request: HttpRequest): http.ClientRequest {
  const url = new URL(request.path, request.baseUrl);
  const { body } = request;
  const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) };
  const options: https.RequestOptions = {
    method: request.method,
    agent: false,
    lookup: lookUpAllowed(request.allowLoopback),
    headers: { ...request.headers, 'accept-encoding': 'identity', connection: 'close', ...length },
  };
  return url.protocol === 'https:' ? https.request(url, options) : http.request(url, options);
}

/** For TLS the handshake counts: before it ends no byte of the request can leave. */
function onceConnected(socket: Socket, baseUrl: string, then: () => void): void {
  socket.once(new URL(baseUrl).protocol === 'https:' ? 'secureConnect' : 'connect', then);
}

async function refusalOf(guard: HttpRequest['guard']): Promise<string | null> {
  try {
    return (await guard?.()) ?? null;
  } catch (error) {
    return `the last check before sending failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function collect(
  response: http.IncomingMessage,
  bytesMax: number,
  settle: (answer: HttpAnswer) => void,
  fail: (reason: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) fail(`the reply is larger than ${bytesMax} bytes`);
    else chunks.push(chunk);
  });
  response.on('error', () => fail('the reply was cut'));
  response.on('end', () => {
    const body = textOf(Buffer.concat(chunks));
    if (!response.complete) fail('the reply was cut');
    else if (body === null || isEncoded(response)) fail('the reply is not plain UTF-8');
    else settle({ kind: 'response', status: response.statusCode ?? 0, headers: response.headers, body });
  });
}

const isEncoded = ({ headers }: http.IncomingMessage): boolean =>
  (headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity';

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error.message === '' ? 'connection failed' : error.message}`;
}
