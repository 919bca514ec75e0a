/**
 * Gives a desk without any documents the starter knowledge base of the project; a desk that has some keeps what it has.
 */
import path from 'node:path';
import { readMarkdownFolder } from '../../adapters/knowledge/markdown-folder.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { countDocuments, saveDocuments } from '../../db/knowledge.ts';
import { projectFolder } from './paths.ts';

/** @returns how many documents were imported */
export async function seedKnowledge(databaseUrl: string): Promise<number> {
  const db = openDatabase(databaseUrl, { poolSize: 1, applicationName: 'quarterdeck seed' });
  try {
    if ((await countDocuments(db)) > 0) return 0;
    const documents = await readMarkdownFolder(path.join(projectFolder, 'knowledge'), Date.now());
    const { inserted } = await saveDocuments(db, documents);
    return inserted;
  } finally {
    await closeDatabase(db);
  }
}
