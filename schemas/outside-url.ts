/**
 * Which addresses the desk may call at all. Https to a host on the list; loopback and private hosts only where they
 * are allowed by name, and the link-local block (where clouds keep credentials) never. No credentials in an address.
 * A pure reading of the text: what a name resolves to is judged again, by `isBlockedAddress`, when it is called.
 */
import { type Problem, problem } from './problem.ts';

export type UrlPolicy = { readonly hosts: readonly string[]; readonly allowLoopback: boolean };

const HINT_LOOPBACK = 'QUARTERDECK_ALLOW_LOOPBACK=1 allows loopback and private hosts';

/** IPv4 blocks that are not the public internet, as [first address, prefix length]. */
const PRIVATE_BLOCKS: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
];

/** `path` is the setting's name. No problem: an empty list. Code: CONFIG_URL_BLOCKED. */
export function outsideUrlProblems(path: string, text: string, policy: UrlPolicy): Problem[] {
  const reason = blockReason(text, policy);
  if (reason === null) return [];
  const [expected, hint] = reason;
  return [problem('CONFIG_URL_BLOCKED', path, shownUrl(text), expected, hint)];
}

function blockReason(text: string, { hosts, allowLoopback }: UrlPolicy): readonly [string, string] | null {
  if (!URL.canParse(text)) return ['an address such as https://host', ''];
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return ['an address without user and password', 'keys have settings'];
  if (url.search !== '' || url.hash !== '') return ['an address without ? and #', ''];
  if (isLinkLocal(url.hostname)) return ['an address outside the link-local block', ''];
  if (isPrivateHost(url.hostname)) return privateReason(url.protocol, allowLoopback);
  if (url.protocol !== 'https:') return ['an https address', ''];
  if (url.port !== '' || !hosts.includes(url.hostname)) return [`one of ${hosts.join(', ')}`, ''];
  return null;
}

function privateReason(protocol: string, allowLoopback: boolean): readonly [string, string] | null {
  if (protocol !== 'https:' && protocol !== 'http:') return ['an https address', ''];
  return allowLoopback ? null : ['a public host', HINT_LOOPBACK];
}

/** Protocol and host only: the rest of an address may hold a secret. */
export const shownUrl = (text: string): string =>
  URL.canParse(text) ? `${new URL(text).protocol}//${new URL(text).host}` : `${text.length} characters`;

/** True for an address literal of a private block, `localhost`, and names that only a local network knows. */
export function isPrivateHost(hostname: string): boolean {
  const host = bare(hostname);
  if (isAddress(host)) return isPrivateAddress(host);
  return !host.includes('.') || /\.(localhost|local|internal|home\.arpa)$/.test(host);
}

/** May a name be called that resolved to this address? */
export const isBlockedAddress = (address: string, allowLoopback: boolean): boolean =>
  isLinkLocal(address) || (!allowLoopback && isPrivateAddress(address));

function isPrivateAddress(address: string): boolean {
  const embedded = embeddedIpv4(address);
  if (embedded !== null) return PRIVATE_BLOCKS.some(([first, length]) => inBlock(embedded, first, length));
  // Global unicast is 2000::/3; of it 2001:db8::/32 is for documents, 2002::/16 wraps IPv4 addresses.
  return !/^[23][0-9a-f]{3}:/i.test(address) || /^(2002:|2001:0?db8:)/i.test(address);
}

function isLinkLocal(hostname: string): boolean {
  const address = bare(hostname);
  const embedded = isAddress(address) ? embeddedIpv4(address) : null;
  return embedded === null ? /^fe[89ab][0-9a-f]:/i.test(address) : inBlock(embedded, '169.254.0.0', 16);
}

const bare = (hostname: string): string => hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
const isAddress = (host: string): boolean => host.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(host);

/** The IPv4 address that is written plainly or inside ::ffff:0:0/96 or 64:ff9b::/96, as a number. */
function embeddedIpv4(address: string): number | null {
  const dotted = /^(?:::ffff:|64:ff9b::)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/i.exec(address);
  if (dotted !== null) return dotted.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0);
  const hex = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  return hex === null ? null : Number.parseInt(hex[1] ?? '', 16) * 65_536 + Number.parseInt(hex[2] ?? '', 16);
}

function inBlock(address: number, first: string, prefixLength: number): boolean {
  const size = 2 ** (32 - prefixLength);
  const start = first.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return address >= start && address < start + size;
}
