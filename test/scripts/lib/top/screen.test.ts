import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { rowsOf, saidBy } from '../../../../scripts/lib/top/board.ts';
import { plainLines, screenOf, shareOut, windowFrom, workflowIdsOf } from '../../../../scripts/lib/top/screen.ts';
import { durationText, progressBar } from '../../../../scripts/lib/top/sections.ts';
import { clip, printable, tableOf } from '../../../../scripts/lib/top/table.ts';
import { frameOf } from '../../../../scripts/lib/top/terminal.ts';
import { openView } from '../../../../scripts/lib/top/view.ts';
import { aBoard, aSession } from './board-of.ts';

const plain = pc.createColors(false);
const board = aBoard();
const view = openView(rowsOf(board));

describe('the screen', () => {
  it('shows every table with what is in it, the selected row marked also without colours', () => {
    const { lines } = screenOf(board, view, { width: 140, height: 30 }, plain);
    const text = lines.join('\n');
    expect(lines).toHaveLength(30);
    expect(lines[0]).toBe('quarterdeck  12:00:05Z  mode growth, policy 3  kill switch off');
    expect(text).toContain('Sessions 2');
    expect(text).toMatch(/^> one +running +paper +101234\.57 +1\.23 % +-12\.30 +42 +buy BTC\/USDT 2024-03-01 05:00/m);
    expect(text).toMatch(/^ {2}two +open +paper +101234\.57 +1\.23 % +- +42 +- +momentum/m);
    expect(text).toMatch(/^ {2}ceo +growth +- +6m 40s +2 +stale$/m);
    expect(text).toMatch(/^ {2}strategy +- +- +never +7 +off$/m);
    expect(text).toMatch(/^ {2}evolution-run:a +running +\[###\.{9}\] {2}25 % +2m 5s +1\.500 +evolution$/m);
    expect(text).toMatch(/^ {2}buy BTC\/USDT +10m 0s +d-1 +firstTrade: nobody/m);
    expect(lines.at(-1)).toContain('q quit');
  });

  it('fits any size, whatever is in it, and always shows the selected row where there is room for one', () => {
    const size = fc.record({ width: fc.integer({ min: 1, max: 200 }), height: fc.integer({ min: 1, max: 60 }) });
    const many = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(size, many, fc.nat(), fc.string({ unit: 'binary' }), (room, count, place, name) => {
        const sessions = Array.from({ length: count }, (_, at) => aSession(`s${at}`, { strategyId: name }));
        const full = aBoard({ sessions });
        const rows = rowsOf(full);
        const row = rows[place % rows.length];
        const chosen = { ...openView(rows), selected: row?.key ?? null, message: name };
        const { lines, shown } = screenOf(full, chosen, room, plain);
        expect(lines).toHaveLength(room.height);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(room.width);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not come through
        expect(lines.join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
        if (room.height >= 6) expect(shown).toContain(row?.key);
      }),
      { numRuns: 40 },
    );
  });

  it('colours lines without making them longer', () => {
    const coloured = screenOf(board, view, { width: 60, height: 20 }, pc.createColors(true)).lines;
    const uncoloured = screenOf(board, view, { width: 60, height: 20 }, plain).lines;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken out
    expect(coloured.map((line) => line.replace(/\x1b\[\d+m/g, ''))).toEqual(uncoloured);
    expect(coloured.join('')).toContain('\x1b[7m');
  });

  it('asks only the workflows of the rows that are seen', () => {
    const sessions = Array.from({ length: 50 }, (_, at) => aSession(`s${at}`));
    const full = aBoard({ sessions });
    const { shown } = screenOf(full, openView(rowsOf(full)), { width: 100, height: 24 }, plain);
    const asked = workflowIdsOf(full, shown);
    expect(asked.has('strategy-session:s0')).toBe(true);
    expect(asked.has('strategy-session:s49')).toBe(false);
    expect(asked.has('evolution-run:a')).toBe(true);
  });

  it('says why nothing is sent, and that there is no policy', () => {
    const { lines } = screenOf(
      aBoard({ killSwitch: 'fire drill', mode: null }),
      view,
      { width: 100, height: 24 },
      plain,
    );
    expect(lines[0]).toContain('no policy  KILL SWITCH: fire drill');
  });

  it('is printed whole where there is no screen', () => {
    const lines = plainLines(aBoard({ sessions: Array.from({ length: 99 }, (_, at) => aSession(`s${at}`)) }));
    expect(lines.filter((line) => line.includes('momentum'))).toHaveLength(99);
    expect(lines.join('\n')).toContain('firstTrade: nobody has seen one yet');
  });
});

describe('tables', () => {
  const columns = [
    { title: 'name', shrinks: true as const },
    { title: 'n', align: 'right' as const },
    { title: 'last' },
  ];
  const rows = [['a rather long name', '12', 'x']];

  it('cut what may be cut, then leave out columns from the right', () => {
    expect(tableOf(columns, rows, 80)).toEqual({
      head: 'name                 n  last',
      lines: ['a rather long name  12  x'],
    });
    expect(tableOf(columns, rows, 20).lines).toEqual(['a rather …  12  x']);
    expect(tableOf(columns, rows, 12).lines).toEqual(['a rathe…  12']);
    expect(tableOf(columns, rows, 4).lines).toEqual(['a r…']);
  });

  it('give up spare columns before anything is cut', () => {
    const withSpare = [...columns, { title: 'spare', spare: true as const }];
    const full = [['a rather long name', '12', 'x', 'more']];
    expect(tableOf(withSpare, full, 80).lines).toEqual(['a rather long name  12  x     more']);
    expect(tableOf(withSpare, full, 30).lines).toEqual(['a rather long name  12  x']);
  });

  it('let no sign through that a terminal would obey or that takes other than one place', () => {
    expect(printable('a\x1b[2Jb\u202ec漢\n')).toBe('a?[2Jb?c??');
    expect(clip('abcdef', 4)).toBe('abc…');
  });
});

it('shares lines out evenly, and what one does not need goes to the others', () => {
  expect(shareOut([10, 1, 0, 10], 9)).toEqual([4, 1, 0, 4]);
  expect(shareOut([2, 2], 9)).toEqual([2, 2]);
  expect(shareOut([5, 5], 0)).toEqual([0, 0]);
});

it('keeps the selected row in the window', () => {
  expect([0, 5, 19].map((at) => windowFrom(20, 6, at))).toEqual([0, 2, 14]);
  expect(windowFrom(3, 6, -1)).toBe(0);
});

it('draws progress and durations', () => {
  expect([0, 0.5, 1, null].map(progressBar)).toEqual([
    '[............]   0 %',
    '[######......]  50 %',
    '[############] 100 %',
    '-',
  ]);
  expect([-5, 999, 61_000, 7_500_000, 90_000_000, 2_000].map(durationText)).toEqual([
    '0s',
    '0s',
    '1m 1s',
    '2h 5m',
    '1d 1h',
    '2s',
  ]);
});

it('takes the few words of an officer that fit on a line, and none from what it does not know', () => {
  expect(saidBy({ memory: { mode: 'defensive', clearCount: 1 } })).toEqual({ says: 'defensive', score: null });
  expect(saidBy({ memory: { state: { riskScore: 71.5, riskLevel: 'high' } } })).toEqual({ says: 'high', score: 71.5 });
  expect(saidBy({ memory: { state: 'nonsense' } })).toEqual({ says: null, score: null });
});

it('writes a frame as one piece from the top left, without a last new line', () => {
  expect(frameOf(['a', 'b'])).toBe('\x1b[?2026h\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J\x1b[?2026l');
});
