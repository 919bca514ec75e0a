/**
 * The one reader of the environment. Parsed once at the start of a process, handed down as values.
 * Strict: every mistake is listed at once, and an unknown QUARTERDECK_ name is a mistake, not a silent default.
 * An empty value counts as not set. Durations and money do not occur here.
 */
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { AlertSettings } from '../schemas/alert.ts';
import {
  ALPACA_HOSTS,
  ALPACA_KEY_EXPECTED,
  ALPACA_KEY_PATTERN,
  type AlpacaSettings,
  alpacaProblems,
} from '../schemas/alpaca-settings.ts';
import {
  CCXT_EXCHANGES,
  CCXT_HOSTS,
  CCXT_MARKETS,
  CCXT_SYMBOLS_EXPECTED,
  CCXT_SYMBOLS_PATTERN,
  type CcxtMode,
  type CcxtModeSettings,
  type CcxtSettings,
  ccxtProblems,
} from '../schemas/ccxt-settings.ts';
import {
  ALPACA_DATA_HOST,
  ALPACA_FEEDS,
  CCXT_DATA_URLS_EXPECTED,
  CCXT_DATA_URLS_PATTERN,
  ccxtDataUrls,
  type MarketSettings,
  marketProblems,
} from '../schemas/market-settings.ts';
import { nearestName } from '../schemas/nearest-name.ts';
import { type OfficerName, officerNameSchema } from '../schemas/officers/officer.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { ALERT_EXPECTATIONS, alertProblems, alertSettings, alertVariables } from './alert-environment.ts';
import { API_EXPECTATIONS, type ApiEnvironment, apiEnvironment, apiProblems, apiVariables } from './api-environment.ts';
import {
  MODEL_EXPECTATIONS,
  type ModelEnvironment,
  modelAddressProblems,
  modelEnvironment,
  modelVariables,
} from './model-environment.ts';
import { payloadKeyProblems, payloadKeysOf } from './payload-key.ts';

export const WORKER_QUEUE_NAMES = ['trading', 'llm', 'research', 'compute'] as const;
export type WorkerQueue = (typeof WORKER_QUEUE_NAMES)[number];
/** The queues that have work today. */
export const BUILT_QUEUES: readonly WorkerQueue[] = ['trading', 'llm', 'research', 'compute'];
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export type Environment = {
  /** A Postgres of the user's own; null means the embedded one. */
  readonly databaseUrl: string | null;
  /** `host:port` of a Temporal server of the user's own; null means the development server of this desk. */
  readonly temporalAddress: string | null;
  readonly temporalNamespace: string;
  /** Path of a `temporal` binary; null means: look for one. */
  readonly temporalCli: string | null;
  /** The HTTP interface. */
  readonly api: ApiEnvironment;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly workerQueues: readonly WorkerQueue[];
  /** The officers that this process starts when they do not run. */
  readonly officers: readonly OfficerName[];
  /** Absolute folder of this desk's state; null means `.data` in the project. */
  readonly home: string | null;
  /** Absolute folder of governance.yaml and compliance.yaml; null means `config` in the project. */
  readonly configFolder: string | null;
  /** Keys that encrypt what goes through the Temporal server, the newest first; empty: nothing is encrypted. */
  readonly payloadKeys: readonly Uint8Array[];
  /** Loopback and private hosts are blocked as outside addresses unless this is set. */
  readonly allowLoopback: boolean;
  /** Keys and hosts of the two modes; a key that is null: that mode is not used. */
  readonly alpaca: AlpacaSettings;
  /** The same of an exchange that is reached through ccxt. */
  readonly ccxt: CcxtSettings;
  /** Where market data comes from. */
  readonly markets: MarketSettings;
  /** Who is told what must not wait, beside the log. */
  readonly alerts: AlertSettings;
  /** Which models may be asked, with which keys, and for how much. */
  readonly models: ModelEnvironment;
};

export type MigrationSettings = {
  readonly databaseUrl: string;
  readonly appPassword: string;
  readonly readPassword: string;
};

type Raw = Readonly<Record<string, string | undefined>>;
type Expectation = readonly [expected: string, hint: string];

const urlWith = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol));
const hostAndPort = z.string().regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([1-9][0-9]{0,4})$/);
/** Becomes part of a connection string, so no sign that would have to be escaped there. */
const rolePassword = z.string().regex(/^[A-Za-z0-9_-]{12,128}$/);
const venueKey = z.string().regex(ALPACA_KEY_PATTERN);
const ccxtSymbols = z.string().regex(CCXT_SYMBOLS_PATTERN);
const ALPACA_URLS = { paper: `https://${ALPACA_HOSTS.paper}`, live: `https://${ALPACA_HOSTS.live}` } as const;
const ALPACA_DATA_URL = `https://${ALPACA_DATA_HOST}`;

const variables = {
  DATABASE_URL: urlWith('postgres:', 'postgresql:').optional(),
  TEMPORAL_ADDRESS: hostAndPort.refine((text) => portOf(text) <= 65_535).optional(),
  TEMPORAL_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/)
    .default('default'),
  TEMPORAL_CLI: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  WORKER_QUEUES: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(WORKER_QUEUE_NAMES)).refine((names) => new Set(names).size === names.length))
    .default([...WORKER_QUEUE_NAMES]),
  OFFICERS: z
    .string()
    .transform((text) => (text === 'none' ? [] : text.split(',').map((name) => name.trim())))
    .pipe(z.array(officerNameSchema).refine((names) => new Set(names).size === names.length))
    .default([...officerNameSchema.options]),
  QUARTERDECK_HOME: z.string().optional(),
  QUARTERDECK_CONFIG: z.string().optional(),
  QUARTERDECK_ALLOW_LOOPBACK: z.enum(['0', '1']).default('0'),
  QUARTERDECK_APP_PASSWORD: rolePassword.optional(),
  QUARTERDECK_READ_PASSWORD: rolePassword.optional(),
  PAYLOAD_KEY: z.string().optional(),
  ALPACA_PAPER_KEY: venueKey.optional(),
  ALPACA_PAPER_URL: z.string().default(ALPACA_URLS.paper),
  ALPACA_LIVE_KEY: venueKey.optional(),
  ALPACA_LIVE_URL: z.string().default(ALPACA_URLS.live),
  ALPACA_DATA_KEY: venueKey.optional(),
  ALPACA_DATA_URL: z.string().default(ALPACA_DATA_URL),
  ALPACA_DATA_FEED: z.enum(ALPACA_FEEDS).default('iex'),
  CCXT_PAPER_EXCHANGE: z.enum(CCXT_EXCHANGES).default('binance'),
  CCXT_PAPER_MARKET: z.enum(CCXT_MARKETS).default('spot'),
  CCXT_PAPER_SYMBOLS: ccxtSymbols.optional(),
  CCXT_PAPER_KEY: venueKey.optional(),
  CCXT_PAPER_URL: z.string().optional(),
  CCXT_LIVE_EXCHANGE: z.enum(CCXT_EXCHANGES).default('binance'),
  CCXT_LIVE_MARKET: z.enum(CCXT_MARKETS).default('spot'),
  CCXT_LIVE_SYMBOLS: ccxtSymbols.optional(),
  CCXT_LIVE_KEY: venueKey.optional(),
  CCXT_LIVE_URL: z.string().optional(),
  CCXT_DATA_URLS: z.string().regex(CCXT_DATA_URLS_PATTERN).optional(),
  ...alertVariables,
  ...apiVariables,
  ...modelVariables,
} as const;
type Name = keyof typeof variables;
const environmentSchema = z.object(variables);

const CCXT_EXCHANGE: Expectation = [`one of ${CCXT_EXCHANGES.join(', ')}`, `leave it out for ${CCXT_EXCHANGES[0]}`];
const CCXT_MARKET: Expectation = [`one of ${CCXT_MARKETS.join(', ')}`, `leave it out for ${CCXT_MARKETS[0]}`];
const CCXT_SYMBOLS: Expectation = [CCXT_SYMBOLS_EXPECTED, 'each base currency once'];
const CCXT_KEY: Expectation = [ALPACA_KEY_EXPECTED, 'leave it out to trade without ccxt'];
const CCXT_URL: Expectation = ['an address', "leave it out for the exchange's own"];
const ROLE_PASSWORD: Expectation = ['12 to 128 letters, digits, - or _', 'openssl rand -hex 24 prints one'];

const EXPECTATIONS: Readonly<Record<Name, Expectation>> = {
  DATABASE_URL: ['postgres://user:password@host:port/database', 'leave it out to use the embedded Postgres'],
  TEMPORAL_ADDRESS: ['host:port, such as 127.0.0.1:7233', 'leave it out to use the development server'],
  TEMPORAL_NAMESPACE: ['a namespace name', 'leave it out for default'],
  TEMPORAL_CLI: ['the path of a temporal binary', ''],
  LOG_LEVEL: [`one of ${LOG_LEVELS.join(', ')}`, 'leave it out for info'],
  WORKER_QUEUES: [`a comma list out of ${WORKER_QUEUE_NAMES.join(', ')}, each once`, 'leave it out for all'],
  OFFICERS: [`none, or a comma list out of ${officerNameSchema.options.join(', ')}, each once`, 'leave it out for all'],
  QUARTERDECK_HOME: ['a folder', 'leave it out for .data in the project'],
  QUARTERDECK_CONFIG: ['a folder', 'leave it out for config in the project'],
  QUARTERDECK_ALLOW_LOOPBACK: ['0 or 1', ''],
  QUARTERDECK_APP_PASSWORD: ROLE_PASSWORD,
  QUARTERDECK_READ_PASSWORD: ROLE_PASSWORD,
  PAYLOAD_KEY: ['32 bytes in hex or base64, or a comma list of such keys', 'leave it out to encrypt nothing'],
  ALPACA_PAPER_KEY: [ALPACA_KEY_EXPECTED, 'leave it out to trade without Alpaca'],
  ALPACA_PAPER_URL: ['an address', `leave it out for ${ALPACA_URLS.paper}`],
  ALPACA_LIVE_KEY: [ALPACA_KEY_EXPECTED, 'leave it out to trade without Alpaca'],
  ALPACA_LIVE_URL: ['an address', `leave it out for ${ALPACA_URLS.live}`],
  ALPACA_DATA_KEY: [ALPACA_KEY_EXPECTED, 'leave it out to use the key of paper or live trading'],
  ALPACA_DATA_URL: ['an address', `leave it out for ${ALPACA_DATA_URL}`],
  ALPACA_DATA_FEED: [`one of ${ALPACA_FEEDS.join(', ')}`, 'leave it out for iex'],
  CCXT_PAPER_EXCHANGE: CCXT_EXCHANGE,
  CCXT_PAPER_MARKET: CCXT_MARKET,
  CCXT_PAPER_SYMBOLS: CCXT_SYMBOLS,
  CCXT_PAPER_KEY: CCXT_KEY,
  CCXT_PAPER_URL: CCXT_URL,
  CCXT_LIVE_EXCHANGE: CCXT_EXCHANGE,
  CCXT_LIVE_MARKET: CCXT_MARKET,
  CCXT_LIVE_SYMBOLS: CCXT_SYMBOLS,
  CCXT_LIVE_KEY: CCXT_KEY,
  CCXT_LIVE_URL: CCXT_URL,
  CCXT_DATA_URLS: [CCXT_DATA_URLS_EXPECTED, "leave it out for the exchanges' own hosts"],
  ...ALERT_EXPECTATIONS,
  ...API_EXPECTATIONS,
  ...MODEL_EXPECTATIONS,
};
const NAMES = Object.keys(EXPECTATIONS);
export const ENVIRONMENT_NAMES: readonly string[] = NAMES;

/** @throws InvalidInput (exit code 2) listing every mistake found */
export const parseEnvironment = (raw: Raw = process.env): Environment => toEnvironment(parseValues(raw));

/**
 * What `npm run migrate` needs: the database, as the owner of its tables, and the passwords of the two other roles.
 * @throws InvalidInput (exit code 2) listing every mistake found
 */
export function parseMigration(raw: Raw = process.env): MigrationSettings {
  const values = parseValues(raw);
  const { DATABASE_URL: databaseUrl, QUARTERDECK_APP_PASSWORD: app, QUARTERDECK_READ_PASSWORD: read } = values;
  if (databaseUrl !== undefined && app !== undefined && read !== undefined) {
    return { databaseUrl, appPassword: app, readPassword: read };
  }
  const needed = ['DATABASE_URL', 'QUARTERDECK_APP_PASSWORD', 'QUARTERDECK_READ_PASSWORD'] as const;
  const missing = needed.filter((name) => values[name] === undefined);
  throw new InvalidInput(
    missing.map((name) =>
      problem('CONFIG_REQUIRED', name, undefined, EXPECTATIONS[name][0], 'npm start needs none of it'),
    ),
  );
}

function parseValues(raw: Raw): z.output<typeof environmentSchema> {
  const values = Object.fromEntries(NAMES.map((name) => [name, raw[name]]).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(values);
  const names = new Set(parsed.success ? [] : parsed.error.issues.map((issue) => String(issue.path[0])));
  const problems = [
    ...refusedNames(raw),
    ...[...names].map((name) => badValue(name as Name, values[name])),
    ...payloadKeyProblems('PAYLOAD_KEY', values.PAYLOAD_KEY),
    ...alpacaProblems(alpacaSettings(values), values.QUARTERDECK_ALLOW_LOOPBACK === '1'),
    ...(names.has('CCXT_DATA_URLS') ? [] : marketProblems(marketSettings(values))),
    ...alertProblems(values, values.QUARTERDECK_ALLOW_LOOPBACK === '1'),
    ...apiProblems(values),
    ...modelAddressProblems(values, values.QUARTERDECK_ALLOW_LOOPBACK === '1'),
    ...(isReadable(names) ? ccxtProblems(ccxtSettings(values), values.QUARTERDECK_ALLOW_LOOPBACK === '1') : []),
  ];
  if (!parsed.success || problems.length > 0) throw new InvalidInput(problems);
  return parsed.data;
}

const toEnvironment = (values: z.output<typeof environmentSchema>): Environment => ({
  databaseUrl: values.DATABASE_URL ?? null,
  temporalAddress: values.TEMPORAL_ADDRESS ?? null,
  temporalNamespace: values.TEMPORAL_NAMESPACE,
  temporalCli: values.TEMPORAL_CLI ?? null,
  api: apiEnvironment(values),
  logLevel: values.LOG_LEVEL,
  workerQueues: values.WORKER_QUEUES,
  officers: values.OFFICERS,
  home: values.QUARTERDECK_HOME === undefined ? null : path.resolve(values.QUARTERDECK_HOME),
  configFolder: values.QUARTERDECK_CONFIG === undefined ? null : path.resolve(values.QUARTERDECK_CONFIG),
  payloadKeys: payloadKeysOf(values.PAYLOAD_KEY),
  allowLoopback: values.QUARTERDECK_ALLOW_LOOPBACK === '1',
  alpaca: alpacaSettings(values),
  ccxt: ccxtSettings(values),
  markets: marketSettings(values),
  alerts: alertSettings(values, values.QUARTERDECK_ALLOW_LOOPBACK === '1'),
  models: modelEnvironment(values),
});

type AlpacaName = Extract<Name, `ALPACA_${string}`>;

const alpacaSettings = (values: { readonly [N in AlpacaName]?: string | undefined }): AlpacaSettings => ({
  paperKey: values.ALPACA_PAPER_KEY ?? null,
  paperUrl: values.ALPACA_PAPER_URL ?? ALPACA_URLS.paper,
  liveKey: values.ALPACA_LIVE_KEY ?? null,
  liveUrl: values.ALPACA_LIVE_URL ?? ALPACA_URLS.live,
});

type MarketName = AlpacaName | 'CCXT_DATA_URLS' | 'QUARTERDECK_ALLOW_LOOPBACK';

/** Alpaca tells data to the keys of trading too. */
const marketSettings = (values: { readonly [N in MarketName]?: string | undefined }): MarketSettings => ({
  alpaca: {
    key: values.ALPACA_DATA_KEY ?? values.ALPACA_PAPER_KEY ?? values.ALPACA_LIVE_KEY ?? null,
    url: values.ALPACA_DATA_URL ?? ALPACA_DATA_URL,
    feed: ALPACA_FEEDS.find((one) => one === values.ALPACA_DATA_FEED) ?? 'iex',
  },
  ccxt: { urls: values.CCXT_DATA_URLS === undefined ? {} : ccxtDataUrls(values.CCXT_DATA_URLS) },
  allowLoopback: values.QUARTERDECK_ALLOW_LOOPBACK === '1',
});

type CcxtName = Extract<Name, `CCXT_${string}`>;
type CcxtValues = { readonly [N in CcxtName]?: string | undefined };

const ccxtSettings = (values: CcxtValues): CcxtSettings => ({
  paper: ccxtModeSettings(values, 'paper'),
  live: ccxtModeSettings(values, 'live'),
});

function ccxtModeSettings(values: CcxtValues, mode: CcxtMode): CcxtModeSettings {
  const prefix = mode === 'paper' ? 'CCXT_PAPER' : 'CCXT_LIVE';
  const exchange = CCXT_EXCHANGES.find((one) => one === values[`${prefix}_EXCHANGE`]) ?? CCXT_EXCHANGES[0];
  const market = CCXT_MARKETS.find((one) => one === values[`${prefix}_MARKET`]) ?? CCXT_MARKETS[0];
  return {
    exchange,
    market,
    key: values[`${prefix}_KEY`] ?? null,
    url: values[`${prefix}_URL`] ?? `https://${CCXT_HOSTS[exchange][mode][market]}`,
    symbols: values[`${prefix}_SYMBOLS`]?.split(',') ?? [],
  };
}

/** Hosts and symbols are judged once exchange, market and symbols themselves can be read. */
const isReadable = (bad: ReadonlySet<string>): boolean =>
  ![...bad].some((name) => /^CCXT_.*_(EXCHANGE|MARKET|SYMBOLS)$/.test(name));

function badValue(name: Name, got: unknown): Problem {
  const [expected, hint] = EXPECTATIONS[name];
  return problem('CONFIG_VALUE', name, shownValue(name, String(got)), expected, hint);
}

function shownValue(name: Name, got: string): string {
  if (name === 'DATABASE_URL') return maskPassword(got);
  return /_(PASSWORD|KEY|KEY_ID|TOKEN)$/.test(name) ? `${got.length} signs` : got;
}

function refusedNames(raw: Raw): Problem[] {
  const isSet = (name: string): boolean => raw[name] !== undefined && raw[name] !== '';
  const unknown = Object.keys(raw).filter((name) => name.startsWith('QUARTERDECK_') && !NAMES.includes(name));
  const redis = isSet('REDIS_URL')
    ? [
        problem(
          'CONFIG_UNKNOWN_KEY',
          'REDIS_URL',
          'REDIS_URL',
          'not used',
          'unset it: there is no Redis',
          'REDIS_URL: not used',
        ),
      ]
    : [];
  return [...redis, ...unknown.filter(isSet).map(unknownName)];
}

function unknownName(name: string): Problem {
  const near = nearestName(name, NAMES);
  const hint = near === null ? 'unset it' : `did you mean ${near}`;
  return problem('CONFIG_UNKNOWN_KEY', name, name, 'a known name', hint, `${name}: unknown setting`);
}

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

/** A connection string with its password hidden, for messages. */
export const maskPassword = (url: string): string => url.replace(/^([a-z]+:\/\/[^:@/]*):[^@]*@/i, '$1:***@');

/** Where programs that are built or downloaded once are kept, outside the clone: the user's cache folder. */
export function userCacheFolder(raw: Raw = process.env): string {
  const base = raw.XDG_CACHE_HOME;
  return path.join(base !== undefined && path.isAbsolute(base) ? base : path.join(homedir(), '.cache'), 'quarterdeck');
}

/** The folders that the shell would search for programs. */
export const programFolders = (raw: Raw = process.env): string[] =>
  (raw.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');

/** What a started process inherits, with `changes` on top; a name set to undefined is removed. */
export const inheritedEnvironment = (changes: Raw = {}, raw: Raw = process.env): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...raw, ...changes }).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
