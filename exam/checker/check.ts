/**
 * The checker of the exams, a program of its own: one JSON question on stdin, one JSON answer on stdout. It reads the
 * venue's journal and the desk's tables and nothing else, and shares no code with what it checks.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { valueText } from './amounts.ts';
import { type Books, readBooks } from './books.ts';
import { cashDifference, compare, type Finding } from './compare.ts';
import { type Journal, readJournal } from './journal.ts';

export type Question = {
  readonly journal: string;
  readonly databaseUrl: string;
  readonly deskAccount: string;
  readonly venueAccount: string;
  readonly mayRest: boolean;
  readonly mayBeFrozen: boolean;
};
export type Answer = {
  readonly findings: readonly Finding[];
  readonly figures: Readonly<Record<string, unknown>>;
};

async function answer(question: Question): Promise<Answer> {
  const client = new pg.Client({ connectionString: question.databaseUrl });
  await client.connect();
  try {
    const books = await readBooks(client, question.deskAccount);
    const journal = readJournal(readFileSync(question.journal, 'utf8'), question.venueAccount);
    return { findings: compare(journal, books, question), figures: figuresOf(journal, books) };
  } finally {
    await client.end();
  }
}

function figuresOf(journal: Journal, books: Books): Answer['figures'] {
  const states: Record<string, number> = {};
  for (const { state } of books.orders.values()) states[state] = (states[state] ?? 0) + 1;
  return {
    accepts: journal.orders.filter(({ origin }) => origin === 'client').length,
    fillsAtVenue: journal.fills.filter(({ busted }) => !busted).length,
    fillsBooked: books.fills.length - books.takenBack.length,
    bustsAtVenue: journal.fills.filter(({ busted }) => busted).length,
    bustsBooked: books.takenBack.length,
    intents: books.intents.size,
    orderStates: states,
    cashAtVenue: valueText(journal.cash),
    cashDifference: valueText(cashDifference(journal, books)),
  };
}

const question: Question = JSON.parse(readFileSync(process.stdin.fd, 'utf8'));
process.stdout.write(`${JSON.stringify(await answer(question))}\n`);
