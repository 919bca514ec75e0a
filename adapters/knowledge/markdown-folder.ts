/** The Markdown files of a folder (and of folders in it) as documents; README.md is left out. All mistakes at once. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readMarkdown } from '../../domain/llm/knowledge/read-markdown.ts';
import type { KnowledgeDocument } from '../../schemas/knowledge.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';

const FILES_MAX = 10_000;

/** @throws InvalidInput KNOWLEDGE_FOLDER, KNOWLEDGE_FRONT_MATTER, KNOWLEDGE_FIELD, KNOWLEDGE_TWICE */
export async function readMarkdownFolder(folder: string, nowMs: number): Promise<KnowledgeDocument[]> {
  const documents: KnowledgeDocument[] = [];
  const problems: Problem[] = [];
  for (const file of await markdownFiles(folder)) {
    try {
      documents.push(readMarkdown(path.basename(file), await textOf(folder, file), nowMs));
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(...error.problems);
    }
  }
  const ids = documents.map(({ documentId }) => documentId);
  for (const id of new Set(ids.filter((one, i) => ids.indexOf(one) !== i))) {
    problems.push(problem('KNOWLEDGE_TWICE', id, 'two files of this name', 'one file a document'));
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return documents;
}

/** What only looks like a file, or may not be read, is a mistake beside those of the others. */
const textOf = (folder: string, file: string): Promise<string> =>
  readFile(path.join(folder, file), 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([problem('KNOWLEDGE_FOLDER', file, reason, 'a file that can be read')]);
  });

async function markdownFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([problem('KNOWLEDGE_FOLDER', 'FOLDER', folder, 'a folder that can be read', reason)]);
  });
  const found = names.filter((name) => /\.md$/i.test(name) && !/(^|[/\\])readme\.md$/i.test(name)).sort();
  if (found.length > 0 && found.length <= FILES_MAX) return found;
  throw new InvalidInput([
    problem('KNOWLEDGE_FOLDER', 'FOLDER', `${found.length} Markdown files`, `1 to ${FILES_MAX}`),
  ]);
}
