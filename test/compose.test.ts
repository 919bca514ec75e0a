/**
 * docker-compose.yml, read as the data it is: pinned images, health checks, an order of start that can work, commands
 * and environment names that exist. What the containers do is not run here: the tests need no Docker.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseEnvironment, parseMigration } from '../config/environment.ts';
import { ENVIRONMENT_NAMES } from '../config/environment-variables.ts';
import { deskAttributes } from '../scripts/lib/temporal-namespace.ts';

const PROJECT = process.cwd();
const read = (file: string): string => readFileSync(path.join(PROJECT, file), 'utf8');
const { scripts, version } = JSON.parse(read('package.json')) as { scripts: Record<string, string>; version: string };

const serviceSchema = z.strictObject({
  image: z.string(),
  build: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).default({}),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).default([]),
  configs: z.array(z.strictObject({ source: z.string(), target: z.string() })).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: z.string(),
      timeout: z.string(),
      retries: z.number(),
      start_period: z.string(),
    })
    .optional(),
  stop_grace_period: z.string().optional(),
  restart: z.enum(['unless-stopped', 'on-failure:5']),
});
const composeSchema = z.strictObject({
  name: z.literal('quarterdeck'),
  services: z.record(z.string(), serviceSchema),
  configs: z.record(z.string(), z.strictObject({ content: z.string() })),
  volumes: z.record(z.string(), z.null()),
});

const text = read('docker-compose.yml');
const { services, configs, volumes } = composeSchema.parse(parse(text));
type Service = z.output<typeof serviceSchema>;
const entries = Object.entries(services);
const serviceNamed = (name: string): Service => {
  const found = services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};
/** A job ends; what is restarted until somebody stops it runs for ever. */
const isJob = (service: Service): boolean => service.restart === 'on-failure:5';
const isOurs = (service: Service): boolean => service.image.startsWith('quarterdeck:');

/** The names each image documents, as far as we use them. */
const IMAGE_ENVIRONMENT: Readonly<Record<string, readonly string[]>> = {
  postgres: ['POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB'],
  'temporalio/admin-tools': [
    ...['SQL_PLUGIN', 'SQL_HOST', 'SQL_PORT', 'SQL_USER', 'SQL_PASSWORD'],
    ...['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'],
  ],
  'temporalio/server': [
    ...['DB', 'DB_PORT', 'POSTGRES_SEEDS', 'POSTGRES_USER', 'POSTGRES_PWD', 'NUM_HISTORY_SHARDS', 'BIND_ON_IP'],
    ...['LOG_LEVEL', 'DYNAMIC_CONFIG_FILE_PATH'],
  ],
  'temporalio/ui': ['TEMPORAL_ADDRESS'],
  quarterdeck: ENVIRONMENT_NAMES,
};
/** Ports inside the containers, as the images serve them. */
const PORTS: Readonly<Record<string, string>> = { postgres: '5432', temporal: '7233', ui: '8080', api: '8080' };

describe('the images', () => {
  it.each(entries)('%s has a tag that names one version', (_, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?$/);
  });

  it('of ours carry the version of package.json and are built from the Dockerfile here, on a pinned Node', () => {
    const ours = entries.filter(([, service]) => isOurs(service));
    expect(ours.map(([name]) => name)).toEqual(['migrate', 'worker', 'api']);
    for (const [, service] of ours) expect(service).toMatchObject({ image: `quarterdeck:${version}`, build: '.' });
    expect(read('Dockerfile')).toMatch(/^FROM node:2\d\.\d+\.\d+-bookworm-slim$/m);
  });

  it('of the Temporal server and its tools are of the same version', () => {
    const tags = ['temporal', 'temporal-schema', 'temporal-setup'].map(
      (name) => serviceNamed(name).image.split(':')[1],
    );
    expect(new Set(tags).size).toBe(1);
  });
});

describe('the order of start', () => {
  it.each(entries)(
    '%s waits for services that exist, for jobs until they are done, for others until they are healthy',
    (_, service) => {
      for (const [name, { condition }] of Object.entries(service.depends_on)) {
        const awaited = serviceNamed(name);
        expect(condition).toBe(isJob(awaited) ? 'service_completed_successfully' : 'service_healthy');
      }
    },
  );

  it('has no cycle and ends at Postgres', () => {
    const depth = (name: string, seen: readonly string[] = []): number => {
      expect(seen).not.toContain(name);
      const awaited = Object.keys(serviceNamed(name).depends_on);
      return awaited.length === 0 ? 0 : 1 + Math.max(...awaited.map((one) => depth(one, [...seen, name])));
    };
    expect(depth('worker')).toBe(4);
    expect(entries.filter(([, service]) => Object.keys(service.depends_on).length === 0).map(([name]) => name)).toEqual(
      ['postgres'],
    );
  });

  it('lets the interface wait for the tables and the server', () => {
    expect(Object.keys(serviceNamed('api').depends_on)).toEqual(['migrate', 'temporal']);
  });

  it('lets the worker wait for the tables, the server and the search attributes', () => {
    expect(Object.keys(serviceNamed('worker').depends_on)).toEqual(['migrate', 'temporal', 'temporal-setup']);
  });

  it.each(entries)('%s has a health check if it runs for ever, and none if it is a job', (_, service) => {
    expect(service.healthcheck === undefined).toBe(isJob(service));
  });
});

describe('what is reachable', () => {
  it.each(entries)('%s publishes its ports on 127.0.0.1 only', (name, { ports }) => {
    for (const port of ports)
      expect(port).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\$\\{[A-Z_]+:-\\d+\\}:${PORTS[name]}$`));
    expect(ports.length).toBe(PORTS[name] === undefined ? 0 : 1);
  });

  it.each(entries)('%s mounts only volumes and configs that are declared', (_, service) => {
    for (const volume of service.volumes) expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
    for (const { source, target } of service.configs) {
      expect(Object.keys(configs)).toContain(source);
      expect(path.isAbsolute(target)).toBe(true);
    }
  });
});

/** The value as Compose would put it in, every required variable given. */
const filled = (value: string): string =>
  value.replace(/\$\{([A-Z_]+):\?[^}]*\}/g, (_, name) => `${name.toLowerCase()}-1234567890`).replaceAll('$$', '$');

describe('the environment', () => {
  it.each(entries)('%s uses only names that its image knows', (_, { image, environment }) => {
    const known = IMAGE_ENVIRONMENT[image.split(':')[0] ?? ''] ?? [];
    for (const name of Object.keys(environment)) expect(known).toContain(name);
  });

  it('of the worker and of the migration is taken by config/environment.ts', () => {
    const valuesOf = (name: string) =>
      Object.fromEntries(Object.entries(serviceNamed(name).environment).map(([key, value]) => [key, filled(value)]));
    const worker = parseEnvironment(valuesOf('worker'));
    expect(worker).toMatchObject({
      temporalAddress: 'temporal:7233',
      temporalNamespace: 'default',
      workerQueues: ['trading', 'llm'],
    });
    const api = parseEnvironment({ ...valuesOf('api'), API_HOSTS_ALLOWED: '127.0.0.1:9000,api:8080' });
    expect(api.api).toMatchObject({ host: '0.0.0.0', port: 8080, tls: null });
    expect([api.databaseUrl, api.temporalAddress]).toEqual([worker.databaseUrl, worker.temporalAddress]);
    const migration = parseMigration(valuesOf('migrate'));
    expect(new URL(migration.databaseUrl).username).toBe('quarterdeck_admin');
    expect(new URL(worker.databaseUrl ?? '').username).toBe('quarterdeck_app');
    expect(new URL(worker.databaseUrl ?? '').password).toBe(migration.appPassword);
  });

  it('holds no password: each is a required variable, and .env.example names exactly these and the ports', () => {
    for (const [, { environment }] of entries) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD/.test(name)) expect(value).toMatch(/^\$\{[A-Z_]+:\?[^}]+\}$/);
        if (value.includes('://')) expect(value).toMatch(/^[a-z]+:\/\/[a-z_]+:\$\{[A-Z_]+:\?[^}]+\}@/);
      }
    }
    const required = new Set([...text.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name = '']) => name));
    const optional = new Set([...text.matchAll(/\$\{([A-Z_]+):-/g)].map(([, name = '']) => name));
    const example = read('.env.example').split('\n');
    expect(new Set(example.filter((line) => /^[A-Z_]+=$/.test(line)).map((line) => line.slice(0, -1)))).toEqual(
      required,
    );
    expect(new Set(example.flatMap((line) => /^#([A-Z_]+)=\d+$/.exec(line)?.[1] ?? []))).toEqual(optional);
  });

  it('reaches the services by the names they have', () => {
    const hosts = entries.flatMap(([, { environment }]) =>
      Object.entries(environment).flatMap(([name, value]) => {
        if (['SQL_HOST', 'POSTGRES_SEEDS'].includes(name)) return [value];
        if (name === 'TEMPORAL_ADDRESS') return [value.split(':')[0] ?? ''];
        return name === 'DATABASE_URL' ? [/@([a-z-]+):5432\//.exec(value)?.[1] ?? ''] : [];
      }),
    );
    expect(hosts.length).toBe(9);
    for (const host of hosts) expect(Object.keys(services)).toContain(host);
  });
});

describe('the commands', () => {
  it('of ours name scripts and files that exist and go into the image', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (?:\S+ )*?(\S+) \1$/gm)].map(([, folder = '']) => folder);
    const commands = entries
      .filter(([, service]) => isOurs(service))
      .flatMap(([, service]) => [service.command, service.healthcheck?.test.slice(1) ?? []]);
    const image = JSON.parse(/^CMD (\[.*\])$/m.exec(read('Dockerfile'))?.[1] ?? '[]') as string[];
    for (const command of [...commands, image].filter((words) => words.length > 0)) {
      expect(command[0]).toBe('node');
      const file = command.find((word) => /\.(ts|mjs)$/.test(word)) ?? '';
      expect(existsSync(path.join(PROJECT, file)), file).toBe(true);
      expect(copied).toContain(file.split('/')[0]);
      const script = file === 'scripts/run.mjs' ? command[command.indexOf(file) + 1] : undefined;
      if (script !== undefined) expect(existsSync(path.join(PROJECT, 'scripts', `${script}.ts`)), script).toBe(true);
    }
    expect(scripts.migrate).toBe('node scripts/run.mjs migrate');
  });

  it('put every folder with running code into the image, and none of the tests', () => {
    const dockerfile = read('Dockerfile');
    const folders = [
      'schemas',
      'domain',
      'workflows',
      'activities',
      'adapters',
      'db',
      'config',
      'api',
      'workers',
      'scripts',
    ];
    for (const folder of folders) expect(dockerfile).toContain(`COPY ${folder} ${folder}\n`);
    expect(dockerfile).not.toContain('COPY test');
    expect(dockerfile).toContain('npm ci --omit=dev');
  });

  it('register exactly the search attributes of the workflows, each of its kind', () => {
    const command = serviceNamed('temporal-setup').command.join('\n');
    const registered = [...command.matchAll(/\b([A-Z][A-Za-z]+)=([A-Z][A-Za-z]+)\b/g)].map(([pair]) => pair);
    expect(new Set(registered)).toEqual(new Set(deskAttributes().map(({ name, cli }) => `${name}=${cli}`)));
  });

  it('set up both databases of the Temporal server: created, versioned, updated from the image', () => {
    const [command = ''] = serviceNamed('temporal-schema').command;
    for (const step of ['create', 'setup-schema -v 0.0', 'update-schema -d']) expect(command).toContain(step);
    expect(command).toContain('temporal:temporal visibility:temporal_visibility');
    expect(configs['temporal-role']?.content).toMatch(
      /^create role temporal login createdb password '\$\{TEMPORAL_DB_PASSWORD:\?/,
    );
  });

  it('give the server the dynamic configuration that npm start gives its own', () => {
    const given = z
      .record(z.string(), z.array(z.strictObject({ value: z.unknown() })))
      .parse(parse(configs['temporal-dynamic-config']?.content ?? ''));
    const compose = Object.entries(given).map(([name, [one]]) => `${name}=${JSON.stringify(one?.value)}`);
    const own = [
      ...read('scripts/lib/temporal.ts').matchAll(/^ {2}'((?:system|history|matching|frontend)\.[^']+)',$/gm),
    ];
    expect(own.length).toBeGreaterThan(5);
    expect(new Set(compose)).toEqual(new Set(own.map(([, line]) => line)));
  });
});
