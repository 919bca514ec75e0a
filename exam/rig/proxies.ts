/**
 * Breakable connections: one toxiproxy process with a proxy each in front of venue, Postgres and Temporal, driven by its
 * HTTP interface. A toxic works on a share of the connections until it is taken away.
 */
import { choosePort } from '../../scripts/lib/ports.ts';
import { until } from '../../scripts/lib/until.ts';
import { type Child, startChild } from './child.ts';

/** `timeout` with 0 ms swallows data until it is removed; `downstream` = replies, so that the effect has happened. */
export type Toxic = {
  readonly name: string;
  readonly type: 'latency' | 'bandwidth' | 'slicer' | 'reset_peer' | 'timeout' | 'limit_data';
  readonly stream: 'upstream' | 'downstream';
  /** Share of connections, 0 to 1. */
  readonly toxicity: number;
  readonly attributes: Readonly<Record<string, number>>;
};

export type RigProxy = {
  readonly name: string;
  /** Where clients connect, `host:port`. */
  readonly address: string;
  readonly poison: (toxic: Toxic) => Promise<void>;
  readonly heal: (toxicName: string) => Promise<void>;
  /** Closed: connections are cut and new ones refused. */
  readonly open: (isOpen: boolean) => Promise<void>;
  readonly redirect: (upstream: string) => Promise<void>;
};

export type Proxies = {
  readonly child: Child;
  readonly add: (name: string, upstream: string) => Promise<RigProxy>;
};

const HOST = '127.0.0.1';

export async function startProxies(program: string, logFolder: string, env: Record<string, string>): Promise<Proxies> {
  const port = await choosePort(null);
  const args = ['-host', HOST, '-port', String(port)];
  const child = startChild({ name: 'toxiproxy', program, args, env, logFolder });
  const ask = (method: string, path: string, body?: object) => request(`http://${HOST}:${port}${path}`, method, body);
  await until('toxiproxy', () => ask('GET', '/version').catch(() => null));
  return { child, add: (name, upstream) => addProxy(ask, name, upstream) };
}

type Ask = (method: string, path: string, body?: object) => Promise<string>;

async function addProxy(ask: Ask, name: string, upstream: string): Promise<RigProxy> {
  const address = `${HOST}:${await choosePort(null)}`;
  await ask('POST', '/proxies', { name, listen: address, upstream, enabled: true });
  return {
    name,
    address,
    poison: async (toxic) => void (await ask('POST', `/proxies/${name}/toxics`, toxic)),
    heal: async (toxicName) => void (await ask('DELETE', `/proxies/${name}/toxics/${toxicName}`)),
    open: async (isOpen) => void (await ask('POST', `/proxies/${name}`, { enabled: isOpen })),
    redirect: async (to) => void (await ask('POST', `/proxies/${name}`, { upstream: to })),
  };
}

async function request(url: string, method: string, body?: object): Promise<string> {
  const payload = body === undefined ? {} : { body: JSON.stringify(body) };
  const reply = await fetch(url, { method, headers: { 'content-type': 'application/json' }, ...payload });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${url}: HTTP ${reply.status} ${text.slice(0, 200)}`);
  return text;
}
