/**
 * What every provider over the network must do, said once. Run against a peer on loopback that speaks its wire format
 * and misbehaves. Nothing here waits longer than a timeout of a fraction of a second.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelProvider } from '../../adapters/llm/model-provider.ts';
import {
  ModelCallFailed,
  type ModelFailure,
  type ModelReply,
  type ModelRequest,
} from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import {
  bytesOf,
  type ModelPeer,
  type PeerTurn,
  startModelPeer,
  type WireFormat,
} from '../adapters/llm/peers/model-peer.ts';

export type ProviderCase = {
  readonly format: WireFormat;
  readonly apiFamily: ModelRecord['apiFamily'];
  readonly create: (recordOf: (model: string) => ModelRecord, allowLoopback: boolean) => ModelProvider;
  /** Where the peer's address is called. */
  readonly baseUrl: (url: string) => string;
  readonly secret: string;
  /** What of the body says what; null: none does. */
  readonly sent: (body: never) => {
    readonly model: unknown;
    readonly maxTokens: unknown;
    readonly system: unknown;
    readonly temperature: unknown;
    readonly forcedTool: unknown;
    readonly schema: unknown;
    readonly tools: readonly unknown[];
  };
  /** True where thinking comes back and must be given back. */
  readonly thinks: boolean;
};

const SCHEMA = {
  type: 'object',
  properties: { action: { type: 'string' }, stop: { anyOf: [{ type: 'number' }, { type: 'null' }] } },
  required: ['action', 'stop'],
  additionalProperties: false,
} as const;
const TOOL = { name: 'look', description: 'Looks.', jsonSchema: { type: 'object', properties: {} } } as const;

const REQUEST: ModelRequest = {
  model: 'tested',
  system: 'Be brief.',
  messages: [{ role: 'user', text: 'What now?' }],
  tools: [],
  answer: { contract: 'advice', jsonSchema: SCHEMA },
  maxTokens: 512,
  temperature: 0.2,
  idleTimeoutMs: 2_000,
  totalTimeoutMs: 5_000,
};

const record = (apiFamily: ModelRecord['apiFamily'], accepts: boolean): ModelRecord => ({
  ...{ id: 'tested', provider: 'tested', tier: 'fast', apiFamily, wireName: 'wire-name', prices: 'unpriced' },
  ...{ contextTokens: 100_000, outputTokensMax: 1_000, acceptsTemperature: accepts, acceptsForcedTools: accepts },
  ...{ knowledgeCutoff: null, minDelayMs: 0, requestsPerMinute: 60, totalTimeoutMs: 5_000, idleTimeoutMs: 2_000 },
});

const status = (code: number, body: string, headers: Record<string, string> = {}): PeerTurn => ({
  ...{ kind: 'status', status: code, body, headers: { 'content-type': 'application/json', ...headers } },
});
const errorBody = (type: string, message = 'no'): string => JSON.stringify({ type: 'error', error: { type, message } });

export function describeModelProviderContract(name: string, given: ProviderCase): void {
  describe(`the provider ${name}`, () => {
    let peer: ModelPeer;
    const provider = (accepts = true, allowLoopback = true): ModelProvider =>
      given.create(() => record(given.apiFamily, accepts), allowLoopback);
    const ask = (more: Partial<ModelRequest> = {}, signal?: AbortSignal, one = provider()): Promise<ModelReply> =>
      one.generate({ ...REQUEST, ...more }, { baseUrl: given.baseUrl(peer.url), ...(signal && { signal }) });
    const failure = async (asked: Promise<unknown>): Promise<ModelFailure> => {
      const error = await asked.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error instanceof ModelCallFailed) return error.failure;
      throw error instanceof Error ? error : new Error('it did not fail');
    };
    const plays = (...script: PeerTurn[]): void => {
      peer.script = script;
    };
    const told = (index = 0) => given.sent(peer.requests[index]?.body as never);
    const wholeStream = (): Uint8Array => Buffer.concat([...given.format.stream({ text: 'a whole answer' })]);

    beforeEach(async () => {
      peer = await startModelPeer(given.format);
    });
    afterEach(() => peer.close());

    it('gives a whole answer with what it used, and asks exactly once', async () => {
      plays({ kind: 'answer', answer: { text: '{"action":"höld 😀","stop":null}' } });
      const reply = await ask();
      expect(reply).toMatchObject({
        text: '{"action":"höld 😀","stop":null}',
        stop: 'end',
        toolCalls: [],
        usage: { tokensIn: 11, tokensCachedRead: 3, tokensCachedWrite: 0, tokensOut: 7 },
        temperatureSent: 0.2,
        providerRequestId: 'request-1',
      });
      expect(JSON.parse(reply.raw)).toBeTypeOf('object');
      expect(peer.requests).toHaveLength(1);
      expect(told()).toMatchObject({ model: 'wire-name', maxTokens: 512, system: 'Be brief.', temperature: 0.2 });
      expect(told().schema).toMatchObject({ required: ['action', 'stop'], additionalProperties: false });
    });

    it('never asks for more tokens than the model can give', async () => {
      plays({ kind: 'answer', answer: { text: 'x' } });
      await ask({ maxTokens: 5_000 });
      expect(told().maxTokens).toBe(1_000);
    });

    it('sends a temperature and a forced tool only to a model that accepts them', async () => {
      plays({ kind: 'answer', answer: { text: 'x' } });
      await ask({ tools: [TOOL], toolChoice: { tool: 'look' } });
      expect(told()).toMatchObject({ temperature: 0.2, forcedTool: 'look' });
      const reply = await ask({ tools: [TOOL], toolChoice: { tool: 'look' } }, undefined, provider(false));
      expect(reply.temperatureSent).toBeNull();
      expect(told(1)).toMatchObject({ temperature: undefined, forcedTool: undefined });
      expect(told(1).tools).toHaveLength(1);
      expect(peer.requests[1]?.text).not.toMatch(/temperature|top_p|top_k/);
    });

    it('puts tool calls together, and gives the conversation back as it was', async () => {
      const calls = [
        { id: 'call_a', name: 'look', arguments: '{"symbol":"BTC/USDT"}' },
        { id: 'call_b', name: 'look', arguments: '{}' },
      ];
      plays(
        { kind: 'answer', answer: { text: 'I look.', calls, stop: 'tools', thinking: given.thinks } },
        { kind: 'answer', answer: { text: 'done' } },
      );
      const first = await ask({ tools: [TOOL] });
      expect(first).toMatchObject({ stop: 'tools', toolCalls: calls, text: 'I look.' });
      const results = calls.map(({ id }) => ({
        role: 'tool' as const,
        callId: id,
        name: 'look',
        result: `of ${id}`,
        isError: false,
      }));
      const foreign = { type: 'opaque' as const, provider: 'another', json: '{"type":"secret-of-another"}' };
      const messages = [
        ...REQUEST.messages,
        { role: 'assistant' as const, blocks: [...first.blocks, foreign] },
        ...results,
      ];
      expect((await ask({ tools: [TOOL], messages })).text).toBe('done');
      const body = peer.requests[1]?.text ?? '';
      for (const part of ['I look.', 'call_a', 'call_b', 'of call_a', 'of call_b', 'BTC/USDT'])
        expect(body).toContain(part);
      expect(body).not.toContain('secret-of-another');
      if (given.thinks) expect(body).toMatch(/c2ln|b3BhcXVl/);
    });

    it.each([
      ['refused', { text: 'I cannot help with that.', stop: 'refused' as const }],
      ['truncated', { text: '{"action":"buy","stop":null}', stop: 'truncated' as const }],
    ])('says when an answer was %s, even where its text is whole', async (stop, answer) => {
      plays({ kind: 'answer', answer });
      expect(await ask()).toMatchObject({ stop, text: answer.text });
    });

    it.each([
      ['nothing', null],
      ['a negative count', { in: -5, cached: 0, out: 1 }],
      ['10^12 tokens', { in: 10 ** 12, cached: 0, out: 1 }],
      ['a broken count', { in: 1.5, cached: 0, out: 1 }],
    ])('knows no usage where it is told %s', async (_, usage) => {
      plays({ kind: 'answer', answer: { text: 'x', usage } });
      expect((await ask()).usage).toBeNull();
    });

    it.each([
      [429, errorBody('rate_limit_error'), 'LLM_RATE_LIMITED', true, false],
      [
        429,
        JSON.stringify({ error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'out' } }),
        'LLM_SPEND_CAP',
        false,
        false,
      ],
      [400, errorBody('invalid_request_error', 'Your credit balance is too low'), 'LLM_SPEND_CAP', false, false],
      [402, errorBody('billing_error'), 'LLM_SPEND_CAP', false, false],
      [529, errorBody('overloaded_error'), 'LLM_OVERLOADED', true, false],
      [503, 'busy', 'LLM_OVERLOADED', true, false],
      [500, errorBody('api_error'), 'PROVIDER_DOWN', true, true],
      [502, '<html>bad gateway</html>', 'PROVIDER_DOWN', true, true],
      [401, errorBody('authentication_error'), 'LLM_AUTH', false, false],
      [403, errorBody('permission_error'), 'LLM_AUTH', false, false],
      [400, errorBody('invalid_request_error', 'temperature is not supported'), 'LLM_BAD_REQUEST', false, false],
      [404, errorBody('not_found_error'), 'LLM_BAD_REQUEST', false, false],
    ])('tells what a status %i means: %s', async (code, body, expected, retryable, mayHaveBeenBilled) => {
      plays(status(code, body));
      expect(await failure(ask())).toMatchObject({ code: expected, retryable, mayHaveBeenBilled });
      expect(peer.requests).toHaveLength(1);
    });

    it('follows no redirect', async () => {
      plays(status(302, '', { location: `${peer.url}/elsewhere` }));
      expect(await failure(ask())).toMatchObject({ code: 'LLM_PROTOCOL', retryable: false });
      expect(peer.requests).toHaveLength(1);
    });

    it.each([
      [{ 'retry-after': '17' }, 17_000],
      [{ 'retry-after': '0' }, 1_000],
      [{ 'retry-after': '-30' }, 1_000],
      [{ 'retry-after': '86400' }, 300_000],
      [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 1_000],
      [{ 'retry-after': 'Fri, 31 Dec 2099 23:59:59 GMT' }, 300_000],
      [{ 'retry-after-ms': '2500' }, 2_500],
      [{ 'retry-after': 'soon' }, null],
      [{}, null],
    ])('holds what it is asked to wait between 1 s and 5 min: %j', async (headers, expected) => {
      plays(status(429, errorBody('rate_limit_error'), headers));
      expect((await failure(ask())).retryAfterMs).toBe(expected);
    });

    it.each([
      ['overloaded' as const, 'LLM_OVERLOADED'],
      ['rateLimited' as const, 'LLM_RATE_LIMITED'],
    ])('takes an error inside a stream for what its status would mean: %s', async (kind, code) => {
      const [first = new Uint8Array()] = given.format.stream({ text: 'half an' });
      plays({ kind: 'bytes', bytes: [first, given.format.errorEvent(kind, 'later please')], ending: 'end' });
      expect(await failure(ask())).toMatchObject({ code, retryable: true, mayHaveBeenBilled: true });
    });

    it.each([
      ['a login page', 'text/html', '<html><body>Sign in</body></html>'],
      ['an error as 200', 'application/json', '{"error":{"message":"no"}}'],
      ['nothing', 'text/event-stream', ''],
    ])('is not fooled by %s', async (_, contentType, body) => {
      plays({ kind: 'page', contentType, body });
      expect((await failure(ask())).code).toBe('LLM_PROTOCOL');
    });

    it('throws half an answer away, wherever it was cut', async () => {
      const bytes = wholeStream();
      for (const share of [0.1, 0.5, 0.9]) {
        const half = bytes.subarray(0, Math.floor(bytes.length * share));
        plays({ kind: 'bytes', bytes: [half], ending: 'cut' });
        expect(await failure(ask())).toMatchObject({ code: 'PROVIDER_DOWN', retryable: true, mayHaveBeenBilled: true });
        plays({ kind: 'bytes', bytes: [half], ending: 'end' });
        expect((await failure(ask())).code).toBe('LLM_PROTOCOL');
      }
    });

    it('gives up on silence, before and after the first byte', async () => {
      plays({ kind: 'mute' });
      expect((await failure(ask({ idleTimeoutMs: 120 }))).code).toBe('LLM_IDLE_TIMEOUT');
      plays({ kind: 'bytes', bytes: [wholeStream().subarray(0, 40)], ending: 'silence' });
      expect(await failure(ask({ idleTimeoutMs: 120 }))).toMatchObject({ code: 'LLM_IDLE_TIMEOUT', retryable: true });
    });

    it('gives up at the deadline on a stream that only drips', async () => {
      plays({ kind: 'repeat', bytes: bytesOf(':'), everyMs: 20 });
      const startedAtMs = Date.now();
      expect((await failure(ask({ idleTimeoutMs: 1_000, totalTimeoutMs: 300 }))).code).toMatch(
        /LLM_TIMEOUT|LLM_PROTOCOL/,
      );
      expect(Date.now() - startedAtMs).toBeLessThan(1_300);
    });

    it('stops at once when it is told to', async () => {
      plays({ kind: 'mute' });
      const stop = new AbortController();
      const asked = failure(ask({}, stop.signal));
      while (peer.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort();
      expect(await asked).toMatchObject({ code: 'LLM_ABORTED', retryable: false, mayHaveBeenBilled: true });
    });

    it('cuts an answer that does not end', async () => {
      const before = process.memoryUsage().rss;
      const event = given.format.event(
        JSON.stringify({ type: 'ping', choices: [], sequence_number: null, pad: 'x'.repeat(60_000) }),
      );
      plays({ kind: 'repeat', bytes: Buffer.concat([event, event, event, event]), everyMs: 1 });
      expect((await failure(ask({ totalTimeoutMs: 20_000 }))).code).toMatch(/LLM_TOO_LARGE|LLM_PROTOCOL/);
      expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
    });

    it('refuses an answer of more than 256 KB, and JSON that nests too deep', { timeout: 45_000 }, async () => {
      const patient = { idleTimeoutMs: 20_000, totalTimeoutMs: 20_000 };
      plays({ kind: 'answer', answer: { text: 'é'.repeat(140_000) } });
      expect((await failure(ask(patient))).code).toBe('LLM_TOO_LARGE');
      const [first = new Uint8Array()] = given.format.stream({ text: 'x' });
      const deep = `{"type":"ping","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
      plays({ kind: 'bytes', bytes: [first, given.format.event(deep)], ending: 'end' });
      expect((await failure(ask(patient))).code).toBe('LLM_PROTOCOL');
    });

    it('says that nobody is there, and that nothing was billed', async () => {
      const { url } = peer;
      await peer.close();
      const asked = provider().generate(REQUEST, { baseUrl: given.baseUrl(url) });
      expect(await failure(asked)).toMatchObject({ code: 'PROVIDER_DOWN', retryable: true, mayHaveBeenBilled: false });
      peer = await startModelPeer(given.format);
    });

    it('calls no loopback address unless that is allowed', async () => {
      plays({ kind: 'answer', answer: { text: 'x' } });
      expect(await failure(ask({}, undefined, provider(true, false)))).toMatchObject({ retryable: false });
      expect(peer.requests).toHaveLength(0);
    });

    it('repeats no key that a provider repeats', async () => {
      plays(status(401, errorBody('authentication_error', `Incorrect API key provided: ${given.secret}`)));
      expect((await failure(ask())).detail).not.toContain(given.secret);
    });

    it('tells its health without asking a model', async () => {
      const { ok, latencyMs } = await provider().health(given.baseUrl(peer.url));
      expect({ ok, isQuick: latencyMs < 5_000 }).toEqual({ ok: true, isQuick: true });
      expect(peer.requests.every(({ method }) => method === 'GET')).toBe(true);
      const { url } = peer;
      await peer.close();
      expect(await provider().health(given.baseUrl(url))).toMatchObject({ ok: false, models: null });
      peer = await startModelPeer(given.format);
    });
  });
}
