/** The environment: what it means when nothing is set, and every mistake told at once. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientUrl } from '../../config/api-environment.ts';
import { inheritedEnvironment, maskPassword, parseEnvironment, userCacheFolder } from '../../config/environment.ts';
import { problemsOf } from '../problems-of.ts';

const environmentProblems = (raw: Record<string, string>) => problemsOf(() => parseEnvironment(raw));

const NO_MODELS = {
  openaiBaseUrl: null,
  anthropicBaseUrl: null,
  bedrockBaseUrl: null,
  keys: {},
  aws: null,
  backend: null,
  modelPath: null,
  temperature: null,
  defaultTemperature: 0.7,
  maxTokens: null,
  totalTimeoutMs: null,
  dailyLimitMicroUsd: 5_000_000,
  monthlyLimitMicroUsd: 100_000_000,
  defaultTier: null,
  toolCallsMax: 10,
  officerCommentary: false,
  registryFile: null,
};

/** test/adapters/broker/ccxt-settings.test.ts has what these can be. */
const NO_EXCHANGES = {
  paper: { exchange: 'binance', market: 'spot', key: null, url: 'https://testnet.binance.vision', symbols: [] },
  live: { exchange: 'binance', market: 'spot', key: null, url: 'https://api.binance.com', symbols: [] },
};

describe('the environment', () => {
  it('needs nothing: every value has its default', () => {
    expect(parseEnvironment({})).toEqual({
      databaseUrl: null,
      temporalAddress: null,
      temporalNamespace: 'default',
      temporalCli: null,
      api: { host: '127.0.0.1', port: null, hostsAllowed: [], tls: null },
      officers: ['risk', 'strategy', 'ceo', 'federation'],
      logLevel: 'info',
      workerQueues: ['trading', 'llm', 'research', 'compute'],
      home: null,
      configFolder: null,
      payloadKeys: [],
      allowLoopback: false,
      alpaca: {
        paperKey: null,
        paperUrl: 'https://paper-api.alpaca.markets',
        liveKey: null,
        liveUrl: 'https://api.alpaca.markets',
      },
      ccxt: NO_EXCHANGES,
      markets: {
        alpaca: { key: null, url: 'https://data.alpaca.markets', feed: 'iex' },
        ccxt: { urls: {} },
        allowLoopback: false,
      },
      models: NO_MODELS,
      alerts: { webhookUrl: null, telegram: null, allowLoopback: false },
    });
  });

  it('reads every name', () => {
    const read = parseEnvironment({
      DATABASE_URL: 'postgres://me:secret@db.example:5432/desk',
      TEMPORAL_ADDRESS: '[::1]:7233',
      TEMPORAL_NAMESPACE: 'desk-7',
      TEMPORAL_CLI: 'bin/temporal',
      PORT: '65535',
      LOG_LEVEL: 'trace',
      WORKER_QUEUES: 'llm, trading',
      QUARTERDECK_HOME: 'a desk',
      QUARTERDECK_ALLOW_LOOPBACK: '1',
      PAYLOAD_KEY: '07'.repeat(32),
      ALPACA_PAPER_KEY: 'PKPAPER1:paper-secret',
      ALPACA_PAPER_URL: 'http://127.0.0.1:9001',
      ALPACA_LIVE_KEY: 'AKLIVE1:live-secret',
      ALPACA_LIVE_URL: 'http://127.0.0.1:9002',
      ALPACA_DATA_KEY: 'PKDATA1:data-secret',
      ALPACA_DATA_URL: 'http://127.0.0.1:9003',
      ALPACA_DATA_FEED: 'sip',
      CCXT_DATA_URLS: 'binance=http://127.0.0.1:9004,kraken=http://[::1]:9005',
    });
    expect(read).toEqual({
      databaseUrl: 'postgres://me:secret@db.example:5432/desk',
      temporalAddress: '[::1]:7233',
      temporalNamespace: 'desk-7',
      temporalCli: 'bin/temporal',
      api: { host: '127.0.0.1', port: 65535, hostsAllowed: [], tls: null },
      officers: ['risk', 'strategy', 'ceo', 'federation'],
      logLevel: 'trace',
      workerQueues: ['llm', 'trading'],
      home: path.resolve('a desk'),
      configFolder: null,
      payloadKeys: [Uint8Array.from(Buffer.alloc(32, 7))],
      allowLoopback: true,
      alpaca: {
        paperKey: 'PKPAPER1:paper-secret',
        paperUrl: 'http://127.0.0.1:9001',
        liveKey: 'AKLIVE1:live-secret',
        liveUrl: 'http://127.0.0.1:9002',
      },
      ccxt: NO_EXCHANGES,
      markets: {
        alpaca: { key: 'PKDATA1:data-secret', url: 'http://127.0.0.1:9003', feed: 'sip' },
        ccxt: { urls: { binance: 'http://127.0.0.1:9004', kraken: 'http://[::1]:9005' } },
        allowLoopback: true,
      },
      models: NO_MODELS,
      alerts: { webhookUrl: null, telegram: null, allowLoopback: true },
    });
  });

  it('takes an empty value for one that is not set', () => {
    expect(parseEnvironment({ DATABASE_URL: '', PORT: '', REDIS_URL: '', QUARTERDECK_HOMES: '' }).api.port).toBeNull();
  });

  it('lists all mistakes together, each with its name', () => {
    const problems = environmentProblems({
      DATABASE_URL: 'mysql://me:secret@db/desk',
      TEMPORAL_ADDRESS: 'localhost',
      TEMPORAL_NAMESPACE: 'two words',
      PORT: '65536',
      LOG_LEVEL: 'verbose',
      WORKER_QUEUES: 'trading,tradng',
      QUARTERDECK_ALLOW_LOOPBACK: 'yes',
    });
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'CONFIG_VALUE DATABASE_URL',
      'CONFIG_VALUE TEMPORAL_ADDRESS',
      'CONFIG_VALUE TEMPORAL_NAMESPACE',
      'CONFIG_VALUE LOG_LEVEL',
      'CONFIG_VALUE WORKER_QUEUES',
      'CONFIG_VALUE QUARTERDECK_ALLOW_LOOPBACK',
      'CONFIG_VALUE PORT',
    ]);
  });

  it.each([
    ['TEMPORAL_ADDRESS', 'http://localhost:7233'],
    ['TEMPORAL_ADDRESS', 'localhost:70000'],
    ['PORT', '0'],
    ['PORT', '8080.5'],
    ['LOG_LEVEL', 'INFO'],
    ['WORKER_QUEUES', 'trading,trading'],
    ['WORKER_QUEUES', ','],
    ['OFFICERS', 'ceo,ceo'],
    ['OFFICERS', 'president'],
    ['API_HOSTS_ALLOWED', 'a b'],
    ['DATABASE_URL', 'not a url'],
  ])('refuses %s=%s', (name, value) => {
    expect(environmentProblems({ [name]: value })).toMatchObject([{ code: 'CONFIG_VALUE', path: name }]);
  });

  it.each([
    ['ALPACA_PAPER_URL', 'https://api.alpaca.markets', 'CONFIG_MODE_HOST_MISMATCH'],
    ['ALPACA_PAPER_URL', 'https://API.alpaca.markets./v2', 'CONFIG_MODE_HOST_MISMATCH'],
    ['ALPACA_LIVE_URL', 'https://paper-api.alpaca.markets', 'CONFIG_MODE_HOST_MISMATCH'],
    ['ALPACA_PAPER_KEY', 'AKLIVE1:live-secret', 'CONFIG_MODE_HOST_MISMATCH'],
    ['ALPACA_LIVE_KEY', 'PKPAPER1:paper-secret', 'CONFIG_MODE_HOST_MISMATCH'],
    ['ALPACA_PAPER_URL', 'http://169.254.169.254/', 'CONFIG_URL_BLOCKED'],
    ['ALPACA_PAPER_URL', 'file:///etc/passwd', 'CONFIG_URL_BLOCKED'],
    ['ALPACA_PAPER_URL', 'http://localhost:5432', 'CONFIG_URL_BLOCKED'],
    ['ALPACA_PAPER_URL', 'https://user:pw@paper-api.alpaca.markets', 'CONFIG_URL_BLOCKED'],
    ['ALPACA_PAPER_URL', 'http://2130706433:9001', 'CONFIG_URL_BLOCKED'],
    ['ALPACA_LIVE_URL', 'no address', 'CONFIG_URL_BLOCKED'],
    ['ALPACA_LIVE_KEY', 'only-an-id', 'CONFIG_VALUE'],
    ['ALPACA_DATA_KEY', 'only-an-id', 'CONFIG_VALUE'],
    ['ALPACA_DATA_FEED', 'bloomberg', 'CONFIG_VALUE'],
    ['ALPACA_DATA_URL', 'https://paper-api.alpaca.markets', 'CONFIG_MODE_HOST_MISMATCH'],
    ['ALPACA_DATA_URL', 'http://127.0.0.1:9003', 'CONFIG_URL_BLOCKED'],
    ['ALPACA_DATA_URL', 'https://data.example', 'CONFIG_URL_BLOCKED'],
    ['ALPACA_DATA_URL', 'https://data.alpaca.markets/v2', 'CONFIG_VALUE'],
    ['CCXT_DATA_URLS', 'http://127.0.0.1:9003', 'CONFIG_VALUE'],
    ['CCXT_DATA_URLS', 'binance=http://127.0.0.1:9003', 'CONFIG_URL_BLOCKED'],
    ['CCXT_DATA_URLS', 'binance=https://binance.example', 'CONFIG_URL_BLOCKED'],
    ['CCXT_DATA_URLS', 'binance=http://169.254.169.254', 'CONFIG_URL_BLOCKED'],
  ])('refuses %s=%s', (name, value, code) => {
    expect(environmentProblems({ [name]: value })).toMatchObject([{ code, path: name }]);
  });

  it('refuses to listen beyond loopback without TLS', () => {
    expect(environmentProblems({ API_HOST: '0.0.0.0' })).toMatchObject([
      { code: 'CONFIG_NOT_LOOPBACK', path: 'API_HOST' },
    ]);
    const half = [{ code: 'CONFIG_REQUIRED', path: 'API_TLS_KEY' }];
    expect(environmentProblems({ API_HOST: '0.0.0.0', API_TLS_CERT: 'cert.pem' })).toMatchObject(half);
    expect(environmentProblems({ API_TLS_CERT: 'cert.pem' })).toMatchObject(half);
    const { api } = parseEnvironment({ API_HOST: '0.0.0.0', API_TLS_CERT: 'cert.pem', API_TLS_KEY: 'key.pem' });
    expect(api.tls).toEqual({ certFile: 'cert.pem', keyFile: 'key.pem' });
    expect(parseEnvironment({ API_HOST: '0.0.0.0', API_IN_CONTAINER: '1' }).api.tls).toBeNull();
  });

  it.each([
    ['127.0.0.1', 'https://127.0.0.1:8443'],
    ['0.0.0.0', 'https://127.0.0.1:8443'],
    ['::', 'https://[::1]:8443'],
    ['2001:db8::7', 'https://[2001:db8::7]:8443'],
    ['10.1.2.3', 'https://10.1.2.3:8443'],
    ['Desk.example', 'https://desk.example:8443'],
  ])('tells an address of %s that a client can use', (API_HOST, url) => {
    const { api } = parseEnvironment({ API_HOST, API_TLS_CERT: 'cert.pem', API_TLS_KEY: 'key.pem' });
    expect(clientUrl(api, 8_443)).toBe(url);
  });

  it('starts all officers, some, or none', () => {
    expect(parseEnvironment({ OFFICERS: 'none' }).officers).toEqual([]);
    expect(parseEnvironment({ OFFICERS: 'ceo, risk' }).officers).toEqual(['ceo', 'risk']);
  });

  it('refuses one host, or one key, for both modes of Alpaca', () => {
    const both = { QUARTERDECK_ALLOW_LOOPBACK: '1', ALPACA_LIVE_URL: 'http://localhost:9001/' };
    expect(environmentProblems({ ...both, ALPACA_PAPER_URL: 'http://127.0.0.1:9001' })).toMatchObject([
      { code: 'CONFIG_MODE_HOST_MISMATCH', path: 'ALPACA_PAPER_URL' },
    ]);
    expect(
      environmentProblems({ ALPACA_PAPER_KEY: 'SAME:one-secret', ALPACA_LIVE_KEY: 'SAME:two-secret' }),
    ).toMatchObject([{ code: 'CONFIG_MODE_HOST_MISMATCH', path: 'ALPACA_LIVE_KEY' }]);
  });

  it('takes the key of trading for market data where no other is given', () => {
    const keyOf = (raw: Record<string, string>): string | null => parseEnvironment(raw).markets.alpaca.key;
    const [paper, live] = ['PKPAPER1:paper-secret', 'AKLIVE1:live-secret'];
    expect(keyOf({ ALPACA_LIVE_KEY: live })).toBe(live);
    expect(keyOf({ ALPACA_LIVE_KEY: live, ALPACA_PAPER_KEY: paper })).toBe(paper);
    expect(keyOf({ ALPACA_PAPER_KEY: paper, ALPACA_DATA_KEY: 'PKDATA1:data-secret' })).toBe('PKDATA1:data-secret');
  });

  it('reads payload keys in hex and base64, the first of a list first', () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const keysOf = (text: string) => parseEnvironment({ PAYLOAD_KEY: text }).payloadKeys.map((key) => Buffer.from(key));
    expect(parseEnvironment({}).payloadKeys).toEqual([]);
    expect(keysOf(one.toString('hex'))).toEqual([one]);
    expect(keysOf(`${two.toString('base64')}, ${one.toString('base64url')}`)).toEqual([two, one]);
  });

  it.each<[string, string]>([
    ['00'.repeat(31), 'PAYLOAD_KEY'],
    ['a password of 32 signs, not a key', 'PAYLOAD_KEY[0]'],
    [Buffer.alloc(31).toString('base64'), 'PAYLOAD_KEY'],
    [Buffer.alloc(33).toString('base64'), 'PAYLOAD_KEY'],
    [`${'00'.repeat(32)},`, 'PAYLOAD_KEY[1]'],
    [`${'00'.repeat(32)},${Buffer.alloc(32).toString('base64')}`, 'PAYLOAD_KEY[1]'],
  ])('refuses the payload keys %s', (text, path) => {
    expect(environmentProblems({ PAYLOAD_KEY: text })[0]).toMatchObject({ code: 'CONFIG_VALUE', path });
    expect(JSON.stringify(environmentProblems({ PAYLOAD_KEY: text }))).not.toContain(text);
  });

  it('counts what it does not show in characters', () => {
    const wrong = { PAYLOAD_KEY: 'short', OPENAI_API_KEY: 'x', AWS_SESSION_TOKEN: 'x', ALPACA_PAPER_KEY: 'x' };
    const texts = environmentProblems(wrong).map(({ got, expected }) => `${got} ${expected}`);
    expect(texts.join()).toContain('5 characters');
    expect(texts.join()).not.toMatch(/\bsigns?\b/);
  });

  it('never shows a key or the password of an address', () => {
    const problems = environmentProblems({
      ALPACA_PAPER_KEY: 'AKLIVE1:hidden-1',
      ALPACA_LIVE_KEY: 'hidden 2',
      ALPACA_PAPER_URL: 'https://user:hidden-3@paper-api.alpaca.markets',
      ALPACA_LIVE_URL: 'https://api.alpaca.markets?key=hidden-4',
    });
    expect(problems.length).toBe(4);
    expect(JSON.stringify(problems)).not.toContain('hidden');
  });

  it('refuses REDIS_URL as not used', () => {
    expect(environmentProblems({ REDIS_URL: 'redis://localhost' })).toMatchObject([
      { code: 'CONFIG_UNKNOWN_KEY', path: 'REDIS_URL', expected: 'not used' },
    ]);
  });

  it('refuses a mistyped name of ours and names the nearest', () => {
    expect(environmentProblems({ QUARTERDECK_HOM: '/desk' })).toMatchObject([
      { code: 'CONFIG_UNKNOWN_KEY', path: 'QUARTERDECK_HOM', hint: 'did you mean QUARTERDECK_HOME' },
    ]);
  });

  it('never shows a password in a message', () => {
    expect(JSON.stringify(environmentProblems({ DATABASE_URL: 'mysql://me:secret@db/desk' }))).not.toContain('secret');
    expect(maskPassword('postgres://me:secret@db:5432/desk')).toBe('postgres://me:***@db:5432/desk');
    expect(maskPassword('postgres://db/desk')).toBe('postgres://db/desk');
  });

  it('keeps programs in the cache folder of the user, an absolute XDG_CACHE_HOME first', () => {
    expect(userCacheFolder({ XDG_CACHE_HOME: '/caches' })).toBe('/caches/quarterdeck');
    expect(userCacheFolder({ XDG_CACHE_HOME: 'relative' })).toMatch(/\/\.cache\/quarterdeck$/);
  });

  it('hands on the environment with changes, a name set to undefined taken away', () => {
    expect(inheritedEnvironment({ A: '1', B: undefined }, { B: '2', C: '3' })).toEqual({ A: '1', C: '3' });
  });
});
