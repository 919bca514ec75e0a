/** The test venue as a process of the rig, and its control side: prices, faults, state. Started again on its journal it goes on. */
import path from 'node:path';
import { z } from 'zod';
import { programRunner, projectFolder } from '../../scripts/lib/paths.ts';
import { choosePort } from '../../scripts/lib/ports.ts';
import { type Child, startTelling } from './child.ts';

export type VenueProcess = {
  readonly journal: string;
  /** The account's number at the venue. */
  readonly account: string;
  /** `host:port`, the same after a restart. */
  readonly address: string;
  readonly child: () => Child;
  readonly start: () => Promise<void>;
  readonly control: (path: string, body?: object) => Promise<unknown>;
  readonly setPrice: (symbol: string, price: string) => Promise<void>;
};

/** What the desk is told as its key; the venue knows no other. */
export const VENUE_KEY = 'PKVENUE:venue-secret';

const readySchema = z.object({ accounts: z.array(z.string()).min(1) });

type VenueRequest = {
  readonly folder: string;
  /** Further flags of `npm run venue`. */
  readonly flags: readonly string[];
  readonly env: Record<string, string>;
};

export async function startVenueProcess({ folder, flags, env }: VenueRequest): Promise<VenueProcess> {
  const journal = path.join(folder, 'venue.jsonl');
  const port = await choosePort(null);
  const script = path.join(projectFolder, 'scripts', 'venue.ts');
  const args = [programRunner, script, '--json', '--journal', journal, '--port', String(port), ...flags];
  const launch = () => startTelling({ name: 'venue', program: process.execPath, args, env, logFolder: folder });
  const first = await launch();
  let child = first.child;
  const url = `http://127.0.0.1:${port}`;
  const control = (name: string, body?: object) => askControl(`${url}/control/${name}`, body);
  return {
    journal,
    account: readySchema.parse(first.told).accounts[0] ?? '',
    address: `127.0.0.1:${port}`,
    child: () => child,
    start: async () => {
      child = (await launch()).child;
    },
    control,
    setPrice: async (symbol, price) => void (await control('price', { symbol, price })),
  };
}

async function askControl(url: string, body?: object): Promise<unknown> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const reply = await fetch(url, body === undefined ? {} : post);
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${url}: HTTP ${reply.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
