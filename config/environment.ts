/**
 * The one reader of the environment. Parsed once at the start of a process, handed down as values.
 * Strict: every mistake is listed at once, and an unknown QUARTERDECK_ name is a mistake, not a silent default.
 * An empty value counts as not set. Durations and money do not occur here.
 */
import { homedir } from 'node:os';
import path from 'node:path';
import type { AlertSettings } from '../schemas/alert.ts';
import type { AlpacaSettings } from '../schemas/alpaca-settings.ts';
import type { CcxtSettings } from '../schemas/ccxt-settings.ts';
import type { MarketSettings } from '../schemas/market-settings.ts';
import { nearestName } from '../schemas/nearest-name.ts';
import type { OfficerName } from '../schemas/officers/officer.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { alertProblems, alertSettings } from './alert-environment.ts';
import { type ApiEnvironment, apiEnvironment, apiProblems } from './api-environment.ts';
import {
  ENVIRONMENT_NAMES,
  type EnvironmentValues,
  EXPECTATIONS,
  environmentSchema,
  type LOG_LEVELS,
  type VariableName,
  type WorkerQueue,
} from './environment-variables.ts';
import { type ModelEnvironment, modelAddressProblems, modelEnvironment } from './model-environment.ts';
import { payloadKeyProblems, payloadKeysOf } from './payload-key.ts';
import { alpacaSettings, ccxtSettings, marketSettings, venueProblems } from './venue-environment.ts';

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

function parseValues(raw: Raw): EnvironmentValues {
  const values = Object.fromEntries(
    ENVIRONMENT_NAMES.map((name) => [name, raw[name]]).filter(([, value]) => value !== ''),
  );
  const parsed = environmentSchema.safeParse(values);
  const names = new Set(parsed.success ? [] : parsed.error.issues.map((issue) => String(issue.path[0])));
  const allowLoopback = values.QUARTERDECK_ALLOW_LOOPBACK === '1';
  const problems = [
    ...refusedNames(raw),
    ...[...names].map((name) => badValue(name as VariableName, values[name])),
    ...payloadKeyProblems('PAYLOAD_KEY', values.PAYLOAD_KEY),
    ...venueProblems(values, names, allowLoopback),
    ...alertProblems(values, allowLoopback),
    ...apiProblems(values),
    ...modelAddressProblems(values, allowLoopback),
  ];
  if (!parsed.success || problems.length > 0) throw new InvalidInput(problems);
  return parsed.data;
}

function toEnvironment(values: EnvironmentValues): Environment {
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

function badValue(name: VariableName, got: unknown): Problem {
  const [expected, hint] = EXPECTATIONS[name];
  return problem('CONFIG_VALUE', name, shownValue(name, String(got)), expected, hint);
}

function shownValue(name: VariableName, got: string): string {
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
  const unknown = Object.keys(raw).filter(
    (name) => name.startsWith('QUARTERDECK_') && !ENVIRONMENT_NAMES.includes(name),
  );
  return [...(isSet('REDIS_URL') ? [NO_REDIS] : []), ...unknown.filter(isSet).map(unknownName)];
}

function unknownName(name: string): Problem {
  const near = nearestName(name, ENVIRONMENT_NAMES);
  const hint = near === null ? 'unset it' : `did you mean ${near}`;
  return problem('CONFIG_UNKNOWN_KEY', name, name, 'a known name', hint, `${name}: unknown setting`);
}

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
