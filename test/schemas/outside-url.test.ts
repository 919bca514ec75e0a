/** Which addresses may be called: the rows of the corpus and their variants. */
import { describe, expect, it } from 'vitest';
import { isBlockedAddress, outsideUrlProblems } from '../../schemas/outside-url.ts';

const HOSTS = ['api.example.com'];
const codesOf = (url: string, allowLoopback: boolean): string[] =>
  outsideUrlProblems('SOME_URL', url, { hosts: HOSTS, allowLoopback }).map(({ code }) => code);

describe('an outside address', () => {
  it('is https and a host of the list', () => {
    expect(codesOf('https://api.example.com', false)).toEqual([]);
    expect(codesOf('https://API.EXAMPLE.COM/', false)).toEqual([]);
  });

  it.each([
    'http://api.example.com',
    'https://api.example.com:444',
    'https://api.example.com.evil.example',
    'https://evil.example',
    'https://user:pw@api.example.com',
    'https://user@api.example.com',
    'https://api.example.com?key=1',
    'https://api.example.com#x',
    'https://8.8.8.8',
    'https://[2606:4700::1111]',
    'ftp://api.example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'api.example.com',
    '',
  ])('is blocked as %s, allowed loopback or not', (url) => {
    expect(codesOf(url, false)).toEqual(['CONFIG_URL_BLOCKED']);
    expect(codesOf(url, true)).toEqual(['CONFIG_URL_BLOCKED']);
  });

  it.each([
    'http://localhost:5432',
    'http://LOCALHOST.:5432',
    'https://a.localhost',
    'http://127.0.0.1:9000',
    'http://127.9.9.9',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://0/',
    'http://[::1]:9000',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fd00::1]/',
    'http://10.1.2.3',
    'http://172.31.0.1',
    'http://192.168.1.1',
    'http://100.64.0.1',
    'http://venue:9000',
    'https://printer.local',
    'https://metadata.google.internal',
  ])('is blocked as %s unless loopback is allowed', (url) => {
    expect(codesOf(url, false)).toEqual(['CONFIG_URL_BLOCKED']);
    expect(codesOf(url, true)).toEqual([]);
  });

  it.each(['http://169.254.169.254/', 'http://[fe80::1]/', 'http://[::ffff:169.254.169.254]/', 'http://2852039166/'])(
    'is never %s',
    (url) => {
      expect(codesOf(url, true)).toEqual(['CONFIG_URL_BLOCKED']);
    },
  );

  it('shows protocol and host in its message, and no secret', () => {
    const [told] = outsideUrlProblems('SOME_URL', 'https://user:hidden@evil.example/hidden?hidden', {
      hosts: HOSTS,
      allowLoopback: false,
    });
    expect(told?.got).toBe('"https://evil.example"');
    expect(JSON.stringify(told)).not.toContain('hidden');
  });

  it('is judged again by what its name resolved to', () => {
    expect(isBlockedAddress('10.0.0.1', false)).toBe(true);
    expect(isBlockedAddress('10.0.0.1', true)).toBe(false);
    expect(isBlockedAddress('::1', false)).toBe(true);
    expect(isBlockedAddress('169.254.169.254', true)).toBe(true);
    expect(isBlockedAddress('34.117.59.81', false)).toBe(false);
    expect(isBlockedAddress('2606:4700::1111', false)).toBe(false);
    expect(isBlockedAddress('172.32.0.1', false)).toBe(false);
  });
});
