/** The settings file of Temporal's own server: four services in one process, two databases of one Postgres. */
import { z } from 'zod';

type Ports = { readonly grpc: number; readonly membership: number };
export type ServerPorts = Readonly<Record<'history' | 'matching' | 'worker', Ports>> & {
  readonly frontend: Ports & { readonly http: number };
};

/** As in docker-compose.yml. */
const SHARDS = 4;
const HOST = '127.0.0.1';

const rpcSchema = z.object({ rpc: z.object({ grpcPort: z.number(), membershipPort: z.number() }) });
const configSchema = z.object({
  services: z.object({
    frontend: z.object({ rpc: rpcSchema.shape.rpc.extend({ httpPort: z.number() }) }),
    history: rpcSchema,
    matching: rpcSchema,
    worker: rpcSchema,
  }),
});

/** The ports of a settings file that was written before. @throws when it is none */
export function serverPorts(config: unknown): ServerPorts {
  const { frontend, history, matching, worker } = configSchema.parse(config).services;
  const both = ({ rpc }: z.infer<typeof rpcSchema>): Ports => ({ grpc: rpc.grpcPort, membership: rpc.membershipPort });
  return {
    frontend: { ...both(frontend), http: frontend.rpc.httpPort },
    history: both(history),
    matching: both(matching),
    worker: both(worker),
  };
}

/** @param dynamicFile the path of its dynamic settings */
export function serverConfig(database: URL, ports: ServerPorts, dynamicFile: string): object {
  const address = `${HOST}:${ports.frontend.grpc}`;
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: SHARDS,
      datastores: { default: store(database, 'temporal'), visibility: store(database, 'temporal_visibility') },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: HOST } },
    services: {
      frontend: { rpc: { ...rpc(ports.frontend), httpPort: ports.frontend.http } },
      history: { rpc: rpc(ports.history) },
      matching: { rpc: rpc(ports.matching) },
      worker: { rpc: rpc(ports.worker) },
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: address },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    publicClient: { hostPort: address },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '10s' },
  };
}

const rpc = ({ grpc, membership }: Ports) => ({ grpcPort: grpc, membershipPort: membership, bindOnIP: HOST });

const store = (at: URL, databaseName: string) => ({
  sql: {
    pluginName: 'postgres12',
    databaseName,
    connectAddr: at.host,
    connectProtocol: 'tcp',
    user: at.username,
    password: decodeURIComponent(at.password),
    maxConns: 20,
    maxIdleConns: 20,
    maxConnLifetime: '1h',
  },
});
