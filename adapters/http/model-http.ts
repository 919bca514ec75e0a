/**
 * One exchange with a model provider, as the `fetch` that its SDK is given: no retry, no redirect, no connection kept
 * alive, an idle and a total timeout that also hold while the reply streams, a limit on its bytes, an end by signal.
 * Every way it can go wrong is a ModelCallFailed. The exchange calls `effect` itself, from the first byte to the last.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { printable } from '../../domain/llm/provider-failure.ts';
import { ModelCallFailed, type ModelFailureCode } from '../../schemas/llm/model-call.ts';
import { outsideUrlProblems } from '../../schemas/outside-url.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { type EffectName, effect } from '../effect.ts';
import { lookUpAllowed } from './allowed-lookup.ts';
import { refusalOf } from './provider-refusal.ts';

export type ExchangeLimits = {
  /** The one address that may be called. */
  readonly baseUrl: string;
  readonly allowLoopback: boolean;
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly bytesMax: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (() => void) | undefined;
};

export type ModelExchange = {
  /** For one request; a second one is refused. */
  readonly fetch: typeof fetch;
  /** Why the exchange ended without a whole reply, however the SDK wraps it; null: it did not. */
  readonly failure: () => ModelCallFailed | null;
  /** Ends it, whatever is still under way. */
  readonly close: () => void;
};

/** A refusal is read no further than this: its beginning says why. */
const REFUSAL_BYTES_MAX = 16_384;
/** Good statuses that come without a body (RFC 9110 15.3.5, 15.3.6). */
const WITHOUT_BODY: readonly number[] = [204, 205];

type Settings = ExchangeLimits & { readonly name: EffectName };

/** @throws InvalidInput CONFIG_URL_BLOCKED when the address must not be called */
export function openExchange(name: EffectName, limits: ExchangeLimits): ModelExchange {
  const hosts = URL.canParse(limits.baseUrl) ? [new URL(limits.baseUrl).hostname] : [];
  const problems = outsideUrlProblems('baseUrl', limits.baseUrl, { hosts, allowLoopback: limits.allowLoopback });
  if (problems.length > 0) throw new InvalidInput(problems);
  const exchange = new Exchange({ ...limits, name });
  return { fetch: exchange.fetch, failure: () => exchange.failed, close: () => exchange.close() };
}

class Exchange {
  failed: ModelCallFailed | null = null;
  private readonly settings: Settings;
  private client: http.ClientRequest | null = null;
  private body: ReadableStreamDefaultController<Uint8Array> | null = null;
  private isSent = false;
  private isEnded = false;
  private bytes = 0;
  /** What the provider refuses with, as far as it has been read; null: it does not. */
  private refusal: (() => ModelCallFailed) | null = null;
  private settle: () => void = () => undefined;
  private refuse: (error: Error) => void = () => undefined;
  private total: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  readonly fetch: typeof fetch = (input, init) =>
    new Promise<Response>((resolve, reject) => {
      this.refuse = reject;
      effect(this.settings.name, () => this.run(String(input), init ?? {}, resolve)).catch(reject);
    });

  /** Ends when the last byte of the reply has come, or with the failure. */
  private run(address: string, init: RequestInit, answer: (response: Response) => void): Promise<void> {
    return new Promise((resolve) => {
      this.settle = resolve;
      const { signal, totalTimeoutMs } = this.settings;
      if (this.client !== null) return this.fail('LLM_PROTOCOL', 'a second request in one exchange', false);
      if (signal?.aborted === true) return this.fail('LLM_ABORTED', 'ended before it was sent', false);
      signal?.addEventListener('abort', this.onAbort, { once: true });
      this.total = setTimeout(() => this.fail('LLM_TIMEOUT', `no whole reply in ${totalTimeoutMs} ms`), totalTimeoutMs);
      this.client = openClient(new URL(address), init, this.settings);
      this.wait();
      this.client.once('finish', () => {
        this.isSent = true;
      });
      this.client.once('response', (response) => this.take(response, answer));
      this.client.on('error', (error) => this.fail('PROVIDER_DOWN', reasonOf(error)));
      this.client.once('close', () => this.fail('PROVIDER_DOWN', 'the connection closed before a whole reply'));
      this.client.end(typeof init.body === 'string' ? init.body : undefined);
    });
  }

  private readonly onAbort = (): void => this.fail('LLM_ABORTED', 'ended by the caller');

  private wait(): void {
    clearTimeout(this.idle);
    const { idleTimeoutMs } = this.settings;
    this.idle = setTimeout(() => this.fail('LLM_IDLE_TIMEOUT', `silent for ${idleTimeoutMs} ms`), idleTimeoutMs);
  }

  private take(response: http.IncomingMessage, answer: (response: Response) => void): void {
    const status = response.statusCode ?? 0;
    this.isSent = true;
    if (status < 200 || status > 299) this.takeRefusal(response, status);
    else if (isEncoded(response)) this.fail('LLM_PROTOCOL', 'an encoded reply that was not asked for');
    else if (WITHOUT_BODY.includes(status)) this.fail('LLM_PROTOCOL', `status ${status}, which has no answer`);
    else this.takeStream(response, status, answer);
  }

  private takeStream(response: http.IncomingMessage, status: number, answer: (response: Response) => void): void {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.body = controller;
      },
      pull: () => {
        if (!response.isPaused()) return;
        this.wait();
        response.resume();
      },
      cancel: () => this.close(),
    });
    response.on('data', (chunk: Buffer) => this.takeChunk(response, chunk));
    response.once('end', () => this.finish(response.complete));
    response.once('error', (error) => this.fail('PROVIDER_DOWN', `the reply was cut: ${reasonOf(error)}`));
    answer(new Response(stream, { status, headers: headersOf(response.headers) }));
  }

  private takeChunk(response: http.IncomingMessage, chunk: Buffer): void {
    if (this.isEnded) return;
    this.bytes += chunk.length;
    const { bytesMax } = this.settings;
    if (this.bytes > bytesMax) {
      this.fail('LLM_TOO_LARGE', `the reply is larger than ${bytesMax} bytes`);
      return;
    }
    this.wait();
    this.settings.onProgress?.();
    this.body?.enqueue(new Uint8Array(chunk));
    if ((this.body?.desiredSize ?? 1) > 0) return;
    // While we are the slow ones the provider is not silent.
    clearTimeout(this.idle);
    response.pause();
  }

  private takeRefusal(response: http.IncomingMessage, status: number): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const text = (): string => (isEncoded(response) ? '' : Buffer.concat(chunks).toString('utf8'));
    const refusal = (): ModelCallFailed => refusalOf(status, response.headers, text());
    const tell = (): void => this.failWith(refusal());
    this.refusal = refusal;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, REFUSAL_BYTES_MAX - bytes));
      bytes += chunk.length;
      if (bytes >= REFUSAL_BYTES_MAX) tell();
    });
    response.once('end', tell);
    response.once('error', tell);
  }

  private finish(isComplete: boolean): void {
    if (!isComplete) this.fail('PROVIDER_DOWN', 'the reply was cut');
    if (this.isEnded) return;
    this.end();
    this.body?.close();
  }

  /** A refusal that is cut short or stalls is still what its status says. */
  private fail(code: ModelFailureCode, detail: string, billed = this.isSent): void {
    const retryable = RETRYABLE.includes(code);
    const failed = new ModelCallFailed({
      ...{ code, retryable, retryAfterMs: null, mayHaveBeenBilled: billed },
      detail: printable(detail),
    });
    this.failWith(code === 'LLM_ABORTED' ? failed : (this.refusal?.() ?? failed));
  }

  private failWith(failed: ModelCallFailed): void {
    if (this.isEnded) return;
    this.failed = failed;
    this.end();
    this.refuse(failed);
    this.body?.error(failed);
  }

  private end(): void {
    this.isEnded = true;
    clearTimeout(this.total);
    clearTimeout(this.idle);
    this.settings.signal?.removeEventListener('abort', this.onAbort);
    this.client?.destroy();
    this.settle();
  }

  close(): void {
    if (!this.isEnded) this.end();
  }
}

const RETRYABLE: readonly ModelFailureCode[] = ['PROVIDER_DOWN', 'LLM_TIMEOUT', 'LLM_IDLE_TIMEOUT'];

function openClient(url: URL, init: RequestInit, { baseUrl, allowLoopback }: Settings): http.ClientRequest {
  if (url.host !== new URL(baseUrl).host) throw new Error(`${url.host} is not the provider's address`);
  const headers = Object.fromEntries(new Headers(init.headers).entries());
  const length = typeof init.body === 'string' ? { 'content-length': Buffer.byteLength(init.body) } : {};
  const options: https.RequestOptions = {
    method: init.method ?? 'GET',
    agent: false,
    lookup: lookUpAllowed(allowLoopback),
    headers: { ...headers, 'accept-encoding': 'identity', connection: 'close', ...length },
  };
  return url.protocol === 'https:' ? https.request(url, options) : http.request(url, options);
}

const isEncoded = ({ headers }: http.IncomingMessage): boolean =>
  (headers['content-encoding'] ?? 'identity') !== 'identity';

function headersOf(headers: http.IncomingHttpHeaders): Headers {
  const told = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value ?? []].flat()) told.append(name, one);
  }
  return told;
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error.message === '' ? 'connection failed' : error.message}`;
}
