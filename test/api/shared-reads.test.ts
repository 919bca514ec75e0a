/** Many who ask the same are served by one read, and nobody by one that began before they asked. */
import { expect, it } from 'vitest';
import { sharedReads } from '../../api/shared-reads.ts';

/** Reads that end when they are told to; each answers its number. */
function slowReads() {
  const ends: (() => void)[] = [];
  const read = (): Promise<number> => {
    const number = ends.length + 1;
    return new Promise((resolve) => ends.push(() => resolve(number)));
  };
  return { read, begun: () => ends.length, end: (number: number) => ends[number - 1]?.() };
}

it('begins one read for all who came while another was under way', async () => {
  const share = sharedReads();
  const { read, begun, end } = slowReads();
  const first = share('page', read);
  const later = [share('page', read), share('page', read), share('page', read)];
  expect(begun()).toBe(1);
  end(1);
  expect(await first).toBe(1);
  await expect.poll(begun).toBe(2);
  const latest = share('page', read);
  end(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  await expect.poll(begun).toBe(3);
  end(3);
  expect(await latest).toBe(3);
});

it('keeps nothing after the last of them, and other pages apart', async () => {
  const share = sharedReads();
  expect(await share('one', async () => 1)).toBe(1);
  expect(await share('one', async () => 2)).toBe(2);
  const { read, end } = slowReads();
  const slow = share('one', read);
  expect(await share('other', async () => 3)).toBe(3);
  end(1);
  expect(await slow).toBe(1);
});

it('tells a failure to those who shared it, and reads again for the next', async () => {
  const share = sharedReads();
  const fail = () => Promise.reject(new Error('no answer'));
  const failed = share('page', fail);
  const next = share('page', async () => 'an answer');
  await expect(failed).rejects.toThrow('no answer');
  expect(await next).toBe('an answer');
  await expect(share('page', fail)).rejects.toThrow('no answer');
});
