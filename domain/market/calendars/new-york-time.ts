/**
 * New York's offset from UTC at any instant, by the zone rules of the running system (Intl), remembered by year.
 * For activities and scripts; workflows never ask it.
 */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

type OffsetChange = { readonly fromMs: number; readonly offsetMs: number };

const changesByYear = new Map<number, readonly OffsetChange[]>();
let zone: Intl.DateTimeFormat | null = null;

/** Milliseconds to add to UTC for the clock in New York: −5 h in winter, −4 h in summer. */
export function newYorkOffsetMs(atMs: number): number {
  const changes = changesOf(new Date(atMs).getUTCFullYear());
  for (let i = changes.length - 1; i > 0; i -= 1) {
    const change = changes[i] as OffsetChange;
    if (atMs >= change.fromMs) return change.offsetMs;
  }
  return (changes[0] as OffsetChange).offsetMs;
}

/** The date in New York as whole days since 1970-01-01. */
export const newYorkDay = (atMs: number): number => Math.floor((atMs + newYorkOffsetMs(atMs)) / DAY_MS);

function changesOf(year: number): readonly OffsetChange[] {
  const known = changesByYear.get(year);
  if (known !== undefined) return known;
  const changes = findChanges(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
  changesByYear.set(year, changes);
  return changes;
}

/** Looks every 20 days, and where two looks differ, at the minute between them. */
function findChanges(fromMs: number, toMs: number): OffsetChange[] {
  const changes = [{ fromMs, offsetMs: lookUp(fromMs) }];
  for (let atMs = fromMs; atMs < toMs; atMs += 20 * DAY_MS) {
    const nextMs = Math.min(atMs + 20 * DAY_MS, toMs - MINUTE_MS);
    const offsetMs = lookUp(nextMs);
    if (offsetMs !== changes.at(-1)?.offsetMs) changes.push({ fromMs: firstMinute(atMs, nextMs, offsetMs), offsetMs });
  }
  return changes;
}

/** The first minute of (afterMs, byMs] with this offset. */
function firstMinute(afterMs: number, byMs: number, offsetMs: number): number {
  let before = afterMs / MINUTE_MS;
  let by = byMs / MINUTE_MS;
  while (by - before > 1) {
    const middle = Math.floor((before + by) / 2);
    if (lookUp(middle * MINUTE_MS) === offsetMs) by = middle;
    else before = middle;
  }
  return by * MINUTE_MS;
}

/** @throws Error when the system knows no time zones */
function lookUp(atMs: number): number {
  zone ??= new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'longOffset' });
  const text = zone.formatToParts(atMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /^GMT([+-])(\d{2}):(\d{2})$/.exec(text);
  if (match === null) throw new Error(`no offset of America/New_York in "${text}"`);
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * MINUTE_MS;
}
