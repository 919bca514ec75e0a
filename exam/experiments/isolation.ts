/**
 * Paper and live kept apart (B11): random settings of keys and hosts, each taken through the reader of the environment
 * and the real adapters, against two ports that count. In paper mode nothing may reach the live port, with paper's key
 * nothing may reach a live host; orders of analysis and backtest pass no gate. Size: settings, and orders at the gate.
 */
import { keyIdOf } from '../../schemas/alpaca-settings.ts';
import type { Experiment, Violation } from '../exam.ts';
import { type Configuration, configurations, isPaperKey } from './isolation/configurations.ts';
import { type CountingPeer, startCountingPeer } from './isolation/counting-peer.ts';
import { examineGate } from './isolation/gate-modes.ts';
import { settingsOf, type Use, useConfiguration, useUnchecked } from './isolation/use-configuration.ts';

const SIZE = 10_000;
const AT_ONCE = 8;
const VIOLATIONS_SHOWN = 200;

type Peers = { readonly paper: CountingPeer; readonly live: CountingPeer };
type Used = Use & { readonly probes: number; readonly violations: readonly Violation[] };

export const experiment: Experiment = {
  name: 'isolation',
  controls: { 'mixed-hosts': 'paper-request-at-live-port' },
  run: async ({ seed, control, size }) => {
    const count = size ?? SIZE;
    const peers = { paper: await startCountingPeer('paper'), live: await startCountingPeer('live') };
    try {
      const all = configurations(seed, count, { paper: peers.paper.port, live: peers.live.port });
      const used = await useAll(all, peers, control === 'mixed-hosts');
      const gate = examineGate(seed, count);
      const violations = [...used.flatMap((one) => one.violations), ...gate.violations];
      return {
        figures: { ...figuresOf(used, peers), gate: { ...gate, violations: gate.violations.length } },
        violations: violations.slice(0, VIOLATIONS_SHOWN),
        voidBecause: reasonsToDoubt(count, peers, gate.approved),
      };
    } finally {
      await Promise.all([peers.paper.close(), peers.live.close()]);
    }
  },
};

async function useAll(all: readonly Configuration[], peers: Peers, isUnchecked: boolean): Promise<Used[]> {
  const used: Used[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < all.length; index = next++) {
      const one = all[index] as Configuration;
      const use = isUnchecked ? await useUnchecked(one) : await useConfiguration(one, index % 2 === 1);
      used[index] = { ...use, ...seenOf(one, index, use, peers) };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return used;
}

/** Each set of settings has keys of its own, so what a port has seen of a key was done by these settings. */
function seenOf({ raw, isLivePortNamed }: Configuration, index: number, use: Use, { live }: Peers) {
  const { paperKey, liveKey, paperUrl, liveUrl } = settingsOf(raw);
  const [paperId, liveId] = [paperKey, liveKey].map((key) => (key === null ? null : keyIdOf(key)));
  const byPaper = paperId === null || paperId === undefined ? 0 : live.requestsOf(paperId);
  const ordered = paperId === null || paperId === undefined ? 0 : live.ordersOf(paperId);
  const byLive = liveId === null || liveId === undefined || !isPaperKey(liveId) ? 0 : live.requestsOf(liveId);
  const where = `settings ${index}: paper at ${paperUrl} as ${paperId}, live at ${liveUrl} as ${liveId}`;
  const told = (kind: string, isSo: boolean): Violation[] => (isSo ? [{ kind, where }] : []);
  return {
    probes: isLivePortNamed ? 0 : byPaper,
    violations: [
      ...told('paper-request-at-live-port', isLivePortNamed && byPaper > 0),
      ...told('paper-credential-at-live-host', byLive > 0 && isLivePortNamed),
      ...told('order-at-live-account', ordered > 0),
      ...told('host-of-the-other-mode', use.wrongHosts.length > 0),
    ],
  };
}

function figuresOf(used: readonly Used[], { paper, live }: Peers) {
  const violationsOf = (kind: string): number =>
    used.filter(({ violations }) => violations.some((one) => one.kind === kind)).length;
  return {
    settings: used.length,
    refused: used.filter(({ outcome }) => outcome === 'refused').length,
    accountsRefused: used.reduce((sum, one) => sum + one.accountsRefused, 0),
    requestsAtPaperPort: paper.requests(),
    requestsAtLivePort: live.requests(),
    /** Settings that do not say where live is: one question who answers there, and no order. */
    questionsAtUnnamedLivePort: used.reduce((sum, one) => sum + one.probes, 0),
    paperRequestsAtLivePort: violationsOf('paper-request-at-live-port'),
    paperCredentialsAtLiveHost: violationsOf('paper-credential-at-live-host'),
    paperOrdersAtLiveAccount: violationsOf('order-at-live-account'),
    hostsOfTheOtherMode: violationsOf('host-of-the-other-mode'),
  };
}

/** Silence everywhere would prove nothing: right settings must have traded, in both modes, and the gate approved. */
function reasonsToDoubt(count: number, { paper, live }: Peers, approved: number): string[] {
  const least = Math.ceil(count / 20);
  return [
    ...(paper.requests() < least ? [`only ${paper.requests()} requests reached the paper port`] : []),
    ...(live.requests() < least ? [`only ${live.requests()} requests reached the live port`] : []),
    ...(approved < least ? [`the gate approved only ${approved} orders`] : []),
  ];
}
