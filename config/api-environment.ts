/** The settings of the HTTP interface, for config/environment.ts to read with all others. Loopback is its default. */
import { z } from 'zod';
import { type Problem, problem } from '../schemas/problem.ts';

export type ApiEnvironment = {
  /** Address to listen on. */
  readonly host: string;
  /** Null: 8080, or a free port when that is taken. */
  readonly port: number | null;
  /** Names under which a Host header may speak of this server, besides loopback. */
  readonly hostsAllowed: readonly string[];
  /** Paths of PEM files; null: plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
};

const portNumber = z.string().regex(/^[1-9][0-9]{0,4}$/);
const hostName = /^[a-z0-9.-]{1,253}(:[1-9][0-9]{0,4})?$/i;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export const apiVariables = {
  PORT: portNumber
    .transform(Number)
    .refine((port) => port <= 65_535)
    .optional(),
  API_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:-]{1,253}$/)
    .default('127.0.0.1'),
  API_HOSTS_ALLOWED: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim().toLowerCase()))
    .pipe(z.array(z.string().regex(hostName)))
    .default([]),
  API_TLS_CERT: z.string().optional(),
  API_TLS_KEY: z.string().optional(),
  API_IN_CONTAINER: z.enum(['0', '1']).default('0'),
} as const;

export type ApiVariable = keyof typeof apiVariables;
type Values = { readonly [N in ApiVariable]?: z.output<(typeof apiVariables)[N]> | undefined };

export const API_EXPECTATIONS: Readonly<Record<ApiVariable, readonly [expected: string, hint: string]>> = {
  PORT: ['a port from 1 to 65535', 'leave it out for 8080, or a free one'],
  API_HOST: ['an address to listen on', 'leave it out for 127.0.0.1'],
  API_HOSTS_ALLOWED: ['a comma list of host or host:port', 'loopback is always allowed'],
  API_TLS_CERT: ['the path of a certificate in PEM', ''],
  API_TLS_KEY: ['the path of its key in PEM', ''],
  API_IN_CONTAINER: ['0 or 1', '1 where the container publishes its port on loopback only'],
};

export const apiEnvironment = (values: Values): ApiEnvironment => ({
  host: values.API_HOST ?? '127.0.0.1',
  port: values.PORT ?? null,
  hostsAllowed: values.API_HOSTS_ALLOWED ?? [],
  tls:
    values.API_TLS_CERT === undefined || values.API_TLS_KEY === undefined
      ? null
      : { certFile: values.API_TLS_CERT, keyFile: values.API_TLS_KEY },
});

/** Where nothing but "every address" is listened on, a client of this machine uses loopback. */
const EVERY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The host by which a client reaches it, as it stands in an address: an IPv6 one in brackets. */
export function clientHost({ host }: Pick<ApiEnvironment, 'host'>): string {
  const reached = EVERY_ADDRESS[host] ?? host.toLowerCase();
  return reached.includes(':') ? `[${reached}]` : reached;
}

/** The address that a client can use. */
export const clientUrl = (settings: Pick<ApiEnvironment, 'host' | 'tls'>, port: number): string =>
  `${settings.tls === null ? 'http' : 'https'}://${clientHost(settings)}:${port}`;

/** Beyond loopback a token must not travel in the clear; half of a certificate encrypts nothing. */
export function apiProblems(raw: Readonly<Record<string, unknown>>): Problem[] {
  const host = String(raw.API_HOST ?? '127.0.0.1');
  const missing = (['API_TLS_CERT', 'API_TLS_KEY'] as const).filter((name) => raw[name] === undefined);
  if (missing.length === 1) {
    const hint = 'certificate and key go together';
    return missing.map((name) => problem('CONFIG_REQUIRED', name, undefined, API_EXPECTATIONS[name][0], hint));
  }
  if (LOOPBACK.has(host) || missing.length === 0 || raw.API_IN_CONTAINER === '1') return [];
  const expected = 'an address of loopback, or API_TLS_CERT and API_TLS_KEY';
  return [problem('CONFIG_NOT_LOOPBACK', 'API_HOST', host, expected, 'the token would travel unencrypted')];
}
