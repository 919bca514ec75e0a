/**
 * The variables of the desk: what each may be, and what to say of one that is not. Those of models, venues, alerts and
 * the HTTP interface have files of their own. An absent one has a default or is optional.
 */
import { z } from 'zod';
import { officerNameSchema } from '../schemas/officers/officer.ts';
import { ALERT_EXPECTATIONS, alertVariables } from './alert-environment.ts';
import { API_EXPECTATIONS, apiVariables } from './api-environment.ts';
import { MODEL_EXPECTATIONS, modelVariables } from './model-environment.ts';
import { VENUE_EXPECTATIONS, venueVariables } from './venue-environment.ts';

export const WORKER_QUEUE_NAMES = ['trading', 'llm', 'research', 'compute'] as const;
export type WorkerQueue = (typeof WORKER_QUEUE_NAMES)[number];
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

type Expectation = readonly [expected: string, hint: string];

const urlWith = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol));
const hostAndPort = z.string().regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([1-9][0-9]{0,4})$/);
/** Becomes part of a connection string, so no sign that would have to be escaped there. */
const rolePassword = z.string().regex(/^[A-Za-z0-9_-]{12,128}$/);

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

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
export type VariableName = keyof typeof variables;
export const environmentSchema = z.object(variables);
export type EnvironmentValues = z.output<typeof environmentSchema>;

const ROLE_PASSWORD: Expectation = ['12 to 128 letters, digits, - or _', 'openssl rand -hex 24 prints one'];

/** What an error says of each: what is expected, and a hint. */
export const EXPECTATIONS: Readonly<Record<VariableName, Expectation>> = {
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
export const ENVIRONMENT_NAMES: readonly string[] = Object.keys(EXPECTATIONS);
