/**
 * What the desk needs inside a Temporal server: its namespace and its search attributes. Safe to repeat, and done
 * on adopted servers and foreign ones (TEMPORAL_ADDRESS) alike.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { searchAttributes } from '../../workflows/messages/search-attributes.ts';
import { deskDown, messageOf } from './desk-problem.ts';

/** Kind of an attribute: its name in the SDK, on the command line, and its number on the wire. */
const KINDS = {
  TEXT: { cli: 'Text', wire: 1 },
  KEYWORD: { cli: 'Keyword', wire: 2 },
  INT: { cli: 'Int', wire: 3 },
  DOUBLE: { cli: 'Double', wire: 4 },
  BOOL: { cli: 'Bool', wire: 5 },
  DATETIME: { cli: 'Datetime', wire: 6 },
  KEYWORD_LIST: { cli: 'KeywordList', wire: 7 },
} as const;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const KNOWN_WITHIN_MS = 20_000;
const RETENTION_MS = 7 * 86_400_000;

type Attribute = { readonly name: string; readonly cli: string; readonly wire: number };

export const deskAttributes = (): Attribute[] =>
  Object.values(searchAttributes).map(({ name, type }) => ({ name, ...KINDS[type] }));

/** Opens a connection, tries again until `withinMs` is over. @throws the last error */
export async function connectTemporal(address: string, withinMs: number): Promise<Connection> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    try {
      return await Connection.connect({ address, connectTimeout: 2_000 });
    } catch (error) {
      if (Date.now() >= deadlineMs) throw error;
      await sleep(50);
    }
  }
}

/**
 * Sees that the namespace and all search attributes exist.
 * @param mayCreate a namespace is made on our own server, never on a foreign one
 * @returns the names of the attributes that were added now
 * @throws InvalidInput when the namespace is missing (exit 3) or an attribute has another type (exit 2)
 */
export async function prepareNamespace(
  connection: Connection,
  namespace: string,
  mayCreate: boolean,
): Promise<string[]> {
  await ensureNamespace(connection, namespace, mayCreate);
  const known = await listAttributes(connection, namespace);
  const wrong = deskAttributes().filter(({ name, wire }) => known.has(name) && known.get(name) !== wire);
  if (wrong.length > 0) throw new InvalidInput(wrong.map(({ name, cli }) => wrongType(namespace, name, cli)));
  const missing = deskAttributes().filter(({ name }) => !known.has(name));
  if (missing.length > 0) await addAttributes(connection, namespace, missing);
  return missing.map(({ name }) => name);
}

const wrongType = (namespace: string, name: string, expected: string) =>
  problem(
    'TEMPORAL_SEARCH_ATTRIBUTE',
    name,
    'another type',
    expected,
    `remove it from namespace ${namespace} or use another one`,
  );

const grpcCode = (error: unknown): number | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;

async function ensureNamespace(connection: Connection, namespace: string, mayCreate: boolean): Promise<void> {
  const deadlineMs = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return;
    } catch (error) {
      const isMissing = grpcCode(error) === NOT_FOUND;
      if (isMissing && !mayCreate) throw namespaceMissing(namespace);
      if (isMissing) await createNamespace(connection, namespace);
      if (Date.now() > deadlineMs) throw error;
      await sleep(100);
    }
  }
}

async function createNamespace(connection: Connection, namespace: string): Promise<void> {
  const workflowExecutionRetentionPeriod = msToTs(RETENTION_MS);
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  } catch (error) {
    if (grpcCode(error) !== ALREADY_EXISTS) throw error;
  }
}

const namespaceMissing = (namespace: string) =>
  deskDown(
    'TEMPORAL_NAMESPACE_MISSING',
    'TEMPORAL_NAMESPACE',
    namespace,
    'a namespace of that server',
    `temporal operator namespace create --namespace ${namespace}`,
  );

/** Parts of the server learn of a new namespace seconds later than others, and say NOT_FOUND until then. */
async function listAttributes(connection: Connection, namespace: string): Promise<Map<string, number>> {
  const deadlineMs = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      return new Map(Object.entries(customAttributes ?? {}));
    } catch (error) {
      if (grpcCode(error) !== NOT_FOUND || Date.now() > deadlineMs) throw error;
      await sleep(100);
    }
  }
}

/** Adding is asynchronous: waits until the server lists them. */
async function addAttributes(connection: Connection, namespace: string, missing: readonly Attribute[]): Promise<void> {
  const entries = Object.fromEntries(missing.map(({ name, wire }) => [name, wire]));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: entries });
  } catch (error) {
    if (grpcCode(error) !== ALREADY_EXISTS) throw attributesRefused(namespace, missing, error);
  }
  const deadlineMs = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const known = await listAttributes(connection, namespace);
    if (missing.every(({ name }) => known.has(name))) return;
    if (Date.now() > deadlineMs) throw attributesRefused(namespace, missing, new Error('they do not appear'));
    await sleep(100);
  }
}

function attributesRefused(namespace: string, missing: readonly Attribute[], error: unknown): InvalidInput {
  const names = missing.map(({ name, cli }) => `--name ${name} --type ${cli}`).join(' ');
  const hint = `temporal operator search-attribute create --namespace ${namespace} ${names}`;
  return deskDown(
    'TEMPORAL_SEARCH_ATTRIBUTE',
    'TEMPORAL_ADDRESS',
    messageOf(error),
    'a server that takes search attributes',
    hint,
  );
}
