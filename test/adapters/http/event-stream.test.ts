/** Whole event streams: data lines, comments, line ends of every kind, and a stream that broke off. */
import { expect, it } from 'vitest';
import { eventDataOf } from '../../../adapters/http/event-stream.ts';

it('reads data and comments, whatever ends the lines', () => {
  const told = { data: ['{"a":1}', 'two\nlines'], comments: ['heartbeat'] };
  const text = ': heartbeat\n\nid: 7\nevent: x\ndata: {"a":1}\n\ndata: two\ndata:lines\n\n';
  expect(eventDataOf(text)).toEqual(told);
  expect(eventDataOf(text.replaceAll('\n', '\r\n'))).toEqual(told);
  expect(eventDataOf(`\uFEFF${text}`)).toEqual(told);
});

it('finds nothing in an empty stream, and refuses one that ends inside an event', () => {
  expect(eventDataOf('')).toEqual({ data: [], comments: [] });
  expect(eventDataOf('data: {"a":1}\n\ndata: {"b"')).toBeNull();
});
