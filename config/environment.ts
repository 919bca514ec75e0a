/**
 * The one reader of the environment. Parsed once at the start of a process, handed down as values.
 * Strict: every mistake is listed at once, and an unknown QUARTERDECK_ name is a mistake, not a silent default.
 * An empty value counts as not set. Durations and money do not occur here.
 */
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { AlertSettings } from '../schemas/alert.ts';
import type { AlpacaSettings } from '../schemas/alpaca-settings.ts';
import type { CcxtSettings } from '../schemas/ccxt-settings.ts';
import type { MarketSettings } from '../schemas/market-settings.ts';
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
import {
  alpacaSettings,
  ccxtSettings,
  marketSettings,
  VENUE_EXPECTATIONS,
  venueProblems,
  venueVariables,
} from './venue-environment.ts';

export const WORKER_QUEUE_NAMES = ['trading', 'llm', 'research', 'compute'] as const;
export type WorkerQueue = (typeof WORKER_QUEUE_NAMES)[number];
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
  ...venueVariables,
  ...alertVariables,
  ...apiVariables,
  ...modelVariables,
} as const;
type Name = keyof typeof variables;
const environmentSchema = z.object(variables);

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
  ...VENUE_EXPECTATIONS,
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
  const allowLoopback = values.QUARTERDECK_ALLOW_LOOPBACK === '1';
  const problems = [
    ...refusedNames(raw),
    ...[...names].map((name) => badValue(name as Name, values[name])),
    ...payloadKeyProblems('PAYLOAD_KEY', values.PAYLOAD_KEY),
    ...venueProblems(values, names, allowLoopback),
    ...alertProblems(values, allowLoopback),
    ...apiProblems(values),
    ...modelAddressProblems(values, allowLoopback),
  ];
  if (!parsed.success || problems.length > 0) throw new InvalidInput(problems);
  return parsed.data;
}

function toEnvironment(values: z.output<typeof environmentSchema>): Environment {
  const allowLoopback = values.QUARTERDECK_ALLOW_LOOPBACK === '1';
  return {
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
    allowLoopback,
    alpaca: alpacaSettings(values),
    ccxt: ccxtSettings(values),
    markets: marketSettings(values, allowLoopback),
    alerts: alertSettings(values, allowLoopback),
    models: modelEnvironment(values),
  };
}

function badValue(name: Name, got: unknown): Problem {
  const [expected, hint] = EXPECTATIONS[name];
  return problem('CONFIG_VALUE', name, shownValue(name, String(got)), expected, hint);
}

function shownValue(name: Name, got: string): string {
  if (name === 'DATABASE_URL') return maskPassword(got);
  return /_(PASSWORD|KEY|KEY_ID|TOKEN)$/.test(name) ? `${got.length} characters` : got;
}

const NO_REDIS = problem(
  'CONFIG_UNKNOWN_KEY',
  'REDIS_URL',
  'REDIS_URL',
  'not used',
  'unset it: there is no Redis',
  'REDIS_URL: not used',
);

function refusedNames(raw: Raw): Problem[] {
  const isSet = (name: string): boolean => raw[name] !== undefined && raw[name] !== '';
  const unknown = Object.keys(raw).filter((name) => name.startsWith('QUARTERDECK_') && !NAMES.includes(name));
  return [...(isSet('REDIS_URL') ? [NO_REDIS] : []), ...unknown.filter(isSet).map(unknownName)];
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
