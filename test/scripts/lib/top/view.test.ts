import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../../../scripts/lib/top/board.ts';
import { type Key, keysIn, openView, press, settle, type View } from '../../../../scripts/lib/top/view.ts';
import { AT_MS, aBoard, aSession } from './board-of.ts';

const rows = rowsOf(aBoard());
const [one, two, run, approval] = rows.map(({ key }) => key);
const pressing = (view: View, ...keys: Key[]): View =>
  keys.reduce((now, key) => press(now, key, rows, AT_MS).view, view);

describe('the selection', () => {
  it('begins on the first row and goes from table to table, never over the ends', () => {
    const view = openView(rows);
    expect(view.selected).toBe(one);
    expect(pressing(view, 'up').selected).toBe(one);
    expect(pressing(view, 'down', 'down').selected).toBe(run);
    expect(pressing(view, 'last', 'down').selected).toBe(approval);
    expect(pressing(view, 'last', 'first').selected).toBe(one);
  });

  it('stays on its row when others come before it', () => {
    const grown = rowsOf(aBoard({ sessions: [aSession('zero'), aSession('one'), aSession('two')] }));
    const view = settle(pressing(openView(rows), 'down'), grown);
    expect(view).toMatchObject({ selected: two, place: 2 });
    expect(press(view, 'up', grown, AT_MS).view.selected).toBe(one);
  });

  it('is nothing once its row is gone: no key falls on a neighbour, and the way back begins where it was', () => {
    const left = rows.filter(({ key }) => key !== two);
    const view = settle(pressing(openView(rows), 'down'), left);
    expect(view).toMatchObject({ selected: null, message: 'the selected row is gone' });
    const refused = press(view, 'p', left, AT_MS);
    expect(refused).toMatchObject({ effect: null, view: { message: 'choose a row first: arrow keys, j or k' } });
    expect(press(view, 'down', left, AT_MS).view.selected).toBe(run);
  });

  it('is nothing on an empty desk', () => {
    const view = openView([]);
    expect(press(view, 'down', [], AT_MS).view.selected).toBeNull();
    expect(press(view, 's', [], AT_MS).effect).toBeNull();
  });
});

describe('commands', () => {
  it.each([
    ['p', 'pause'],
    ['r', 'resume'],
  ] as const)('%s does %s at once', (key, command) => {
    expect(press(openView(rows), key, rows, AT_MS).effect).toEqual({ kind: 'command', command, row: rows[0] });
  });

  it('d denies at once, and only an order', () => {
    expect(press(pressing(openView(rows), 'last'), 'd', rows, AT_MS).effect).toMatchObject({ command: 'deny' });
    const refused = press(openView(rows), 'd', rows, AT_MS);
    expect(refused).toMatchObject({ effect: null, view: { message: 'deny: not on a row of this kind' } });
    expect(press(pressing(openView(rows), 'last'), 'p', rows, AT_MS).effect).toBeNull();
  });

  it.each([
    ['s', 'stop', openView(rows)],
    ['a', 'approve', pressing(openView(rows), 'last')],
  ] as const)('%s asks once before it does %s', (key, command, view) => {
    const asked = press(view, key, rows, AT_MS);
    expect(asked.effect).toBeNull();
    expect(asked.view.message).toContain(`press ${key} once more to ${command}`);
    expect(press(asked.view, key, rows, AT_MS + 1_000).effect).toMatchObject({ kind: 'command', command });
  });

  it('takes a key held down, pasted or pressed long after for no answer', () => {
    const asked = press(openView(rows), 's', rows, AT_MS).view;
    expect(press(asked, 's', rows, AT_MS + 30).effect).toBeNull();
    expect(press(asked, 's', rows, AT_MS + 6_000).effect).toBeNull();
  });

  it('forgets what it asked when another key is pressed, the row changes, or the order does', () => {
    const asked = press(openView(rows), 's', rows, AT_MS).view;
    expect(press(pressing(asked, 'down', 'up'), 's', rows, AT_MS + 1_000).effect).toBeNull();
    const approving = press(pressing(openView(rows), 'last'), 'a', rows, AT_MS).view;
    const [waiting] = aBoard().approvals;
    const other = rowsOf(
      aBoard({ approvals: waiting === undefined ? [] : [{ ...waiting, orderHash: 'b'.repeat(64) }] }),
    );
    expect(press(settle(approving, other), 'a', other, AT_MS + 1_000).effect).toBeNull();
  });

  it('gives none to a backtest, which takes none', () => {
    const [its] = aBoard().runs;
    const backtest = rowsOf(aBoard({ sessions: [], runs: its === undefined ? [] : [{ ...its, kind: 'backtest' }] }));
    expect(press(openView(backtest), 'p', backtest, AT_MS)).toMatchObject({
      effect: null,
      view: { message: 'a backtest takes no commands' },
    });
  });

  it('leaves with 0 after q and with 130 after Ctrl-C', () => {
    expect(press(openView(rows), 'quit', rows, AT_MS).effect).toEqual({ kind: 'leave', exitCode: 0 });
    expect(press(openView(rows), 'interrupt', rows, AT_MS).effect).toEqual({ kind: 'leave', exitCode: 130 });
  });
});

it('reads keys out of what terminals send, and leaves out what means nothing', () => {
  expect(keysIn('\x1b[A\x1bOBjkq')).toEqual(['up', 'down', 'down', 'up', 'quit']);
  expect(keysIn('\x03')).toEqual(['interrupt']);
  expect(keysIn('\x1b[1;5Cx\x1bpé\x1b[200~')).toEqual([]);
  expect(keysIn('constructor')).toEqual(['s', 'r', 'r']);
});
